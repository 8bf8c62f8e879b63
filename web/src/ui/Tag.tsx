import type { ReactNode } from 'react'

const LOOKS = {
  plain: 'border-line text-ink-2',
  accent: 'border-transparent bg-accent-soft text-accent-strong',
  notice: 'border-transparent bg-notice-soft text-notice',
  warn: 'border-transparent bg-warn-soft text-warn',
  alarm: 'border-transparent bg-alarm-soft text-alarm',
} as const

export type TagLook = keyof typeof LOOKS

export function Tag({
  look = 'plain',
  children,
  title,
}: {
  look?: TagLook
  children: ReactNode
  title?: string
}) {
  return (
    <span
      title={title}
      className={`inline-flex items-center rounded-full border px-2 py-px text-xs font-medium whitespace-nowrap ${LOOKS[look]}`}
    >
      {children}
    </span>
  )
}
