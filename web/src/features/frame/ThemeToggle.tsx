'use client'

import { useState } from 'react'

import { nextTheme, THEME_COOKIE, type Theme } from '@/lib/theme'
import { Icon } from '@/ui/Icon'

const ICONS = { system: 'system', light: 'sun', dark: 'moon' } as const
const YEAR_SECONDS = 31_536_000

/** Goes round: as the system has it, light, dark. The cookie lets the server render the next page right at once. */
export function ThemeToggle({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial)
  function change() {
    const next = nextTheme(theme)
    document.documentElement.dataset['theme'] = next
    document.cookie = `${THEME_COOKIE}=${next}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`
    setTheme(next)
  }
  return (
    <button
      type="button"
      onClick={change}
      aria-label={`Colours: ${theme}. Change to ${nextTheme(theme)}.`}
      title={`Colours: ${theme}`}
      className="inline-flex size-9 cursor-pointer items-center justify-center rounded-md text-ink-2 hover:bg-sunken hover:text-ink"
    >
      <Icon name={ICONS[theme]} className="size-5" />
    </button>
  )
}
