import Link from 'next/link'

import type { Account, Claim, TradeName } from '@/api/types'
import { formatCents, formatCounted, formatCredits, formatUsd } from '@/lib/format'
import { Published } from '@/ui/Published'
import { Tag } from '@/ui/Tag'
import { Day, Instant } from '@/ui/Time'

import { MoveForm } from './MoveForm'
import { reasonLabel, STAGE_WORDS } from './words'

export interface CardProps {
  claim: Claim
  trades: TradeName[]
  role: Account['role']
  now: Date
}

/** One claim of the list: the lead, where it stands, and its next move. */
export function ClaimCard({ claim, trades, role, now }: CardProps) {
  const { claim_id, lead, open_task_count, note_count } = claim
  const title = claimTitle(claim, trades)
  return (
    <li data-claim={claim_id} className="grid gap-4 card p-5 text-sm lg:grid-cols-[minmax(0,1fr)_auto]">
      <div className="min-w-0 space-y-1.5">
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="text-base font-semibold">
            <Link
              href={`/my-leads/${claim_id}`}
              prefetch={false}
              className="inline-flex min-h-6 items-center underline-offset-3 hover:text-accent hover:underline"
            >
              {title}
            </Link>
          </h2>
          <StageTag claim={claim} />
        </div>
        <p className="line-clamp-2 max-w-prose text-ink-2">
          {lead ? (
            <Published value={lead.description ?? lead.permit_type_desc} />
          ) : (
            'The lead itself is gone: the publisher withdrew it, or its owner asked to be left out.'
          )}
        </p>
        <p className="flex flex-wrap gap-x-4 text-ink-3">
          <span>
            Claimed <Instant at={claim.claimed_at} now={now} /> for {formatCredits(claim.credits)}
          </span>
          {lead?.issued_date && (
            <span>
              Issued <Day day={lead.issued_date} now={now} />
            </span>
          )}
          {lead?.est_project_cost && <span>Declared cost {formatUsd(lead.est_project_cost)}</span>}
          <span>{formatCounted(open_task_count, 'open task')}</span>
          <span>{formatCounted(note_count, 'note')}</span>
        </p>
      </div>
      {role !== 'viewer' && (
        <MoveForm claimId={claim_id} version={claim.version} nextStages={claim.next_stages} about={title} />
      )}
    </li>
  )
}

/** Trade and place: "Roofing, 708 B RONNIE RD". */
export function claimTitle({ trade, lead }: Claim, trades: TradeName[]): string {
  const label = lead?.trade_label ?? trades.find((each) => each.trade === trade)?.label ?? trade
  return lead ? `${label}, ${lead.original_address1 ?? 'address not published'}` : label
}

export function StageTag({ claim }: { claim: Claim }) {
  const { label, look } = STAGE_WORDS[claim.stage]
  const more = [
    claim.reason && reasonLabel(claim.reason).toLowerCase(),
    claim.amount_cents !== null && formatCents(claim.amount_cents),
  ].filter(Boolean)
  return (
    <>
      <Tag look={look}>{[label, ...more].join(', ')}</Tag>
      {claim.is_exclusive && <Tag look="accent">Exclusive</Tag>}
    </>
  )
}
