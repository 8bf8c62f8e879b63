'use client'

import { usePathname } from 'next/navigation'
import { type ReactNode, useEffect, useRef, useState } from 'react'

import { Icon } from '@/ui/Icon'

/** On a narrow screen the whole navigation stands behind one button; following a link or Escape closes it. */
export function NavigationMenu({ children }: { children: ReactNode }) {
  const pathname = usePathname()
  return <Menu key={pathname}>{children}</Menu>
}

function Menu({ children }: { children: ReactNode }) {
  const menu = useRef<HTMLDetailsElement>(null)
  const [isOpen, setIsOpen] = useState(false)

  useEffect(() => {
    if (!isOpen) return
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      menu.current?.removeAttribute('open')
      menu.current?.querySelector('summary')?.focus()
    }
    const closeOutside = ({ target }: Event) => {
      if (target instanceof Node && !menu.current?.contains(target)) menu.current?.removeAttribute('open')
    }
    document.addEventListener('keydown', closeOnEscape)
    document.addEventListener('pointerdown', closeOutside)
    return () => {
      document.removeEventListener('keydown', closeOnEscape)
      document.removeEventListener('pointerdown', closeOutside)
    }
  }, [isOpen])

  return (
    <details ref={menu} onToggle={(event) => setIsOpen(event.currentTarget.open)} className="group lg:hidden">
      <summary className="flex min-h-9 cursor-pointer list-none items-center gap-1.5 rounded-md px-2.5 font-medium text-ink-2 select-none hover:bg-sunken hover:text-ink [&::-webkit-details-marker]:hidden">
        <Icon name="menu" className="size-5" />
        Menu
      </summary>
      <div className="absolute inset-x-0 top-full border-b border-line bg-surface px-4 py-3 shadow-xl">
        {children}
      </div>
    </details>
  )
}
