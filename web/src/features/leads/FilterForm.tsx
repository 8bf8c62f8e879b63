'use client'

import { useRouter } from 'next/navigation'
import { type FormEvent, type ReactNode, useEffect, useRef, useTransition } from 'react'

import { leadsHref, parseLeadFilter } from '@/lib/leadFilter'
import { Button } from '@/ui/Button'

/** The address the filled form stands for: tidy where all of it can be read, as typed where the page must object. */
function hrefOf(form: HTMLFormElement): string {
  const typed = new URLSearchParams()
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && value.trim()) typed.append(name, value.trim())
  }
  const params = Object.fromEntries([...new Set(typed.keys())].map((name) => [name, typed.getAll(name)]))
  const { filter, ignored } = parseLeadFilter(params)
  return ignored.length > 0 ? `/leads?${typed}` : leadsHref(filter)
}

/** A plain GET form that, with scripts, navigates without a reload and leaves empty fields out of the URL. */
export function FilterForm({ href, children }: { href: string; children: ReactNode }) {
  const form = useRef<HTMLFormElement>(null)
  const router = useRouter()
  const [isPending, startTransition] = useTransition()

  // The defaults of the fields follow the URL; what they show must follow too (a chip taken away, Back).
  useEffect(() => form.current?.reset(), [href])

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const next = hrefOf(event.currentTarget)
    for (const menu of event.currentTarget.querySelectorAll('details')) menu.open = false
    startTransition(() => router.push(next))
  }

  return (
    <form
      ref={form}
      action="/leads"
      method="get"
      role="search"
      aria-label="Filter leads"
      aria-busy={isPending}
      onSubmit={submit}
      className="relative flex flex-wrap items-center gap-2"
    >
      {children}
      <Button type="submit" className="min-w-28 max-sm:w-full">
        {isPending ? 'Searching…' : 'Show leads'}
      </Button>
    </form>
  )
}
