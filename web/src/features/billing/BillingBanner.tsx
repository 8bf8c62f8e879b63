import Link from 'next/link'

import { readBilling } from '@/api/billing'
import { readSession } from '@/api/session'

import { isAlarm, NOTICE_LINKS } from './words'

const LOOKS = {
  alarm: 'bg-alarm-soft text-alarm',
  warn: 'bg-warn-soft text-warn',
} as const

/** On every page of somebody signed in: the most pressing thing about what is paid. The page stands without it. */
export async function BillingBanner() {
  const session = await readSession().catch(() => null)
  const billing = session && (await readBilling(session.accessToken).catch(() => null))
  if (!billing?.notice) return null
  const { kind, message, url } = billing.notice
  return (
    <aside aria-label="Billing notice" data-notice={kind} className={LOOKS[isAlarm(kind) ? 'alarm' : 'warn']}>
      <p className="mx-auto flex w-full max-w-[110rem] flex-wrap gap-x-4 gap-y-1 px-4 py-2 text-sm sm:px-6">
        <span className="font-medium">{message}</span>
        {url !== null && <NoticeLink url={url} label={NOTICE_LINKS[kind]} />}
      </p>
    </aside>
  )
}

function NoticeLink({ url, label }: { url: string; label: string }) {
  const look = 'inline-flex min-h-6 items-center font-semibold underline underline-offset-3'
  if (!url.startsWith('/')) {
    return (
      <a href={url} rel="noreferrer" className={look}>
        {label}
      </a>
    )
  }
  return (
    <Link href={url} prefetch={false} className={look}>
      {label}
    </Link>
  )
}
