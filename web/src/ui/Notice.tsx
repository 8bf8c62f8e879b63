import type { ReactNode } from 'react'

const LOOKS = {
  notice: 'border-notice/30 bg-notice-soft text-notice',
  warn: 'border-warn/30 bg-warn-soft text-warn',
  alarm: 'border-alarm/30 bg-alarm-soft text-alarm',
} as const

interface Props {
  look: keyof typeof LOOKS
  title: string
  children?: ReactNode
}

/** A sentence the reader must not miss; the first words say what it is, the colour only repeats it. */
export function Notice({ look, title, children }: Props) {
  return (
    <div className={`rounded-lg border px-3.5 py-2 text-sm ${LOOKS[look]}`}>
      <strong className="font-semibold">{title}</strong> {children}
    </div>
  )
}
