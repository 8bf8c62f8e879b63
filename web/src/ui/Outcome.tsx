'use client'

import Link from 'next/link'
import { useEffect, useRef } from 'react'

import type { Told } from '@/lib/forms'

const LOOKS = {
  done: 'border-accent/30 bg-accent-soft text-accent-strong',
  alarm: 'border-alarm/30 bg-alarm-soft text-alarm',
} as const

/** What came of a form, told where the focus goes: the button that was pressed may be gone by then. */
export function Outcome({ told }: { told: Told | null }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (told) place.current?.focus()
  }, [told])
  return (
    <div
      ref={place}
      role={told?.look === 'alarm' ? 'alert' : 'status'}
      tabIndex={-1}
      className="rounded-lg empty:hidden"
    >
      {told && (
        <div className={`rounded-lg border px-3.5 py-2 text-sm ${LOOKS[told.look]}`}>
          <strong className="font-semibold">{told.title}</strong> {told.text}{' '}
          {told.wayOut && (
            <Link href={told.wayOut.href} className="font-semibold underline underline-offset-3">
              {told.wayOut.label}
            </Link>
          )}
        </div>
      )}
    </div>
  )
}
