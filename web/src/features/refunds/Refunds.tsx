import Link from 'next/link'

import type { RefundPage } from '@/api/types'
import { formatCount, formatInstant, formatSigned } from '@/lib/format'

import { Evidence } from './Evidence'
import { REASONS } from './words'

/** Credits that came back, each with what proved that they must. */
export function Refunds({ page }: { page: RefundPage }) {
  if (page.items.length === 0) {
    return (
      <p className="text-ink-2">
        None yet. When a city’s records prove that a lead was not worth its price, its credits come back here
        by themselves.
      </p>
    )
  }
  return (
    <>
      <ul className="space-y-3">
        {page.items.map(({ refund_id, claim_id, lead_id, reason, credits, evidence, credited_at }) => (
          <li key={refund_id} data-refund={claim_id} className="space-y-2 card p-5 text-sm">
            <p className="flex flex-wrap items-baseline gap-x-3">
              <span className="font-semibold">{REASONS[reason].label}</span>
              <span className="font-semibold tabular-nums">{formatSigned(credits)}</span>
              <time dateTime={credited_at} className="text-ink-3">
                {formatInstant(credited_at)}
              </time>
              <Link href={`/leads/${lead_id}`} prefetch={false} className="link">
                The lead
              </Link>
            </p>
            <p className="text-ink-2">{REASONS[reason].proof}</p>
            <Evidence evidence={evidence} />
          </li>
        ))}
      </ul>
      {page.next_cursor && (
        <p className="text-sm text-ink-3">Only the newest {formatCount(page.items.length)} are shown.</p>
      )}
    </>
  )
}
