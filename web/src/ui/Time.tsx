import { formatAgo, formatDay, formatDaysAgo, formatInstant } from '@/lib/format'

/** A publisher's calendar day, absolute and relative. */
export function Day({ day, now }: { day: string; now: Date }) {
  return (
    <time dateTime={day} className="whitespace-nowrap">
      {formatDay(day)} <span className="text-ink-3">({formatDaysAgo(day, now)})</span>
    </time>
  )
}

/** An instant of ours in Central time, absolute and relative. */
export function Instant({ at, now }: { at: string; now: Date }) {
  return (
    <time dateTime={at}>
      {formatInstant(at)} <span className="text-ink-3">({formatAgo(at, now)})</span>
    </time>
  )
}
