/** What the page says where the publisher says nothing. */
export const NOT_PUBLISHED = 'Not published'

/** Instants are told in the company's own zone; calendar days belong to the publisher and are never shifted. */
const ZONE = 'America/Chicago'

const DAY = new Intl.DateTimeFormat('en-US', {
  timeZone: 'UTC',
  year: 'numeric',
  month: 'short',
  day: 'numeric',
})
const INSTANT = new Intl.DateTimeFormat('en-US', {
  timeZone: ZONE,
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZoneName: 'short',
})
const TODAY = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE })
const WHOLE = new Intl.NumberFormat('en-US')
const DOLLARS = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 0,
})
const CENTS = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })
const AGO = new Intl.RelativeTimeFormat('en-US', { numeric: 'auto' })

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY_MS = 24 * HOUR
const SPANS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

export function formatCount(value: number): string {
  return WHOLE.format(value)
}

/** "18400.00" to "$18,400"; cents are kept only where there are some. */
export function formatUsd(amount: string): string {
  const value = Number(amount)
  if (!Number.isFinite(value)) return amount
  return Number.isInteger(value) ? DOLLARS.format(value) : CENTS.format(value)
}

/** 19900 US cents to "$199". */
export function formatCents(cents: number): string {
  return formatUsd((cents / 100).toFixed(2))
}

/** "2 credits", "1 credit". */
export function formatCredits(count: number): string {
  return formatCounted(count, 'credit')
}

/** A span in the largest unit that leaves no rest: 60 to "1 minute", 90 to "90 seconds", 2592000 to "30 days". */
export function formatSpan(seconds: number): string {
  for (const [unit, length] of SPANS) if (seconds % length === 0) return formatCounted(seconds / length, unit)
  return formatCounted(seconds, 'second')
}

/** A publisher's calendar day, "2026-11-14" to "Nov 14, 2026", in no time zone at all. */
export function formatDay(isoDay: string): string {
  const day = new Date(`${isoDay.slice(0, 10)}T00:00:00Z`)
  return Number.isNaN(day.getTime()) ? isoDay : DAY.format(day)
}

/** A UTC instant in Central time, with the zone said: "Nov 23, 2026, 11:02 AM CST". */
export function formatInstant(iso: string): string {
  const instant = new Date(iso)
  return Number.isNaN(instant.getTime()) ? iso : INSTANT.format(instant)
}

/** "2 hours ago", rounded down to the largest whole unit. */
export function formatAgo(iso: string, now: Date): string {
  const passed = now.getTime() - new Date(iso).getTime()
  if (Number.isNaN(passed)) return ''
  if (passed < MINUTE) return 'just now'
  if (passed < HOUR) return AGO.format(-Math.trunc(passed / MINUTE), 'minute')
  if (passed < 2 * DAY_MS) return AGO.format(-Math.trunc(passed / HOUR), 'hour')
  return AGO.format(-Math.trunc(passed / DAY_MS), 'day')
}

/** Days between a publisher's day and today in Central time: "today", "yesterday", "9 days ago". */
export function formatDaysAgo(isoDay: string, now: Date): string {
  const today = Date.parse(`${TODAY.format(now)}T00:00:00Z`)
  const days = Math.round((today - Date.parse(`${isoDay.slice(0, 10)}T00:00:00Z`)) / DAY_MS)
  return Number.isNaN(days) ? '' : AGO.format(-days, 'day')
}

/** A signed number with a real minus sign: +14, −9, 0. */
export function formatSigned(value: number): string {
  if (value === 0) return '0'
  return value > 0 ? `+${WHOLE.format(value)}` : `−${WHOLE.format(-value)}`
}

export function formatBytes(count: number): string {
  if (count < 1024) return `${WHOLE.format(count)} bytes`
  if (count < 1024 * 1024) return `${WHOLE.format(Math.round(count / 1024))} KB`
  return `${(count / 1024 / 1024).toFixed(1)} MB`
}

/** "1 lead", "1,204 leads". */
export function formatCounted(value: number, singular: string, plural = `${singular}s`): string {
  return `${WHOLE.format(value)} ${value === 1 ? singular : plural}`
}
