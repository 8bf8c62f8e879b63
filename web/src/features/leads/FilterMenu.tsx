'use client'

import { type ReactNode, useEffect, useRef, useState } from 'react'

import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'

interface Props {
  label: string
  chosenCount: number
  children: ReactNode
}

/** A group of filters behind a button; Escape or a click elsewhere closes it, and it works without scripts. */
export function FilterMenu({ label, chosenCount, children }: Props) {
  const menu = useRef<HTMLDetailsElement>(null)
  const [isOpen, setIsOpen] = useState(false)

  useEffect(() => {
    if (!isOpen) return
    const close = () => menu.current?.removeAttribute('open')
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      close()
      menu.current?.querySelector('summary')?.focus()
    }
    const closeOutside = ({ target }: Event) => {
      if (target instanceof Node && !menu.current?.contains(target)) close()
    }
    document.addEventListener('keydown', closeOnEscape)
    document.addEventListener('pointerdown', closeOutside)
    return () => {
      document.removeEventListener('keydown', closeOnEscape)
      document.removeEventListener('pointerdown', closeOutside)
    }
  }, [isOpen])

  return (
    <details
      ref={menu}
      name="filter-menu"
      onToggle={(event) => setIsOpen(event.currentTarget.open)}
      className="group max-sm:flex-1 lg:relative"
    >
      <summary className="flex min-h-10 cursor-pointer list-none items-center justify-center gap-1.5 rounded-lg border border-edge bg-surface px-3 font-medium select-none hover:bg-sunken [&::-webkit-details-marker]:hidden">
        {label}
        {chosenCount > 0 && (
          <span className="rounded-full bg-accent px-1.5 text-xs leading-5 font-semibold text-on-accent tabular-nums">
            {chosenCount}
            <span className="sr-only"> chosen</span>
          </span>
        )}
        <Icon name="chevron" className="size-4 transition-transform group-open:rotate-180" />
      </summary>
      <div className="absolute inset-x-0 z-20 mt-2 max-h-[70dvh] overflow-auto card p-4 shadow-xl lg:left-auto lg:w-[30rem]">
        {children}
        <Button type="submit" className="mt-4 w-full">
          Show leads
        </Button>
      </div>
    </details>
  )
}
