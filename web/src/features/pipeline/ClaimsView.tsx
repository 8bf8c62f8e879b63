import Link from 'next/link'

import type { Account, ClaimPage, TradeName } from '@/api/types'
import { formatCents, formatCount } from '@/lib/format'
import { type ClaimFilter, claimsHref } from '@/lib/stages'
import { ButtonLink } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { Page } from '@/ui/Page'

import { ClaimCard } from './ClaimCard'
import { STAGE_WORDS } from './words'

interface Props {
  page: ClaimPage
  filter: ClaimFilter
  trades: TradeName[]
  role: Account['role']
  now: Date
}

/** What the account has claimed, stage by stage. */
export function ClaimsView({ page, filter, trades, role, now }: Props) {
  return (
    <Page>
      <div className="space-y-5">
        <h1 className="text-2xl font-bold tracking-tight">My leads</h1>
        <Stages page={page} filter={filter} />
        {page.items.length === 0 ? (
          <NoClaims filter={filter} />
        ) : (
          <ul aria-label="Claims" className="space-y-3">
            {page.items.map((claim) => (
              <ClaimCard key={claim.claim_id} {...{ claim, trades, role, now }} />
            ))}
          </ul>
        )}
        <Pager page={page} filter={filter} />
      </div>
    </Page>
  )
}

const TAB =
  'inline-flex min-h-10 items-center gap-2 border-b-2 border-transparent px-3 font-medium whitespace-nowrap text-ink-2 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-accent'

function Stages({ page, filter }: Pick<Props, 'page' | 'filter'>) {
  const all = page.stages.reduce((sum, { count }) => sum + count, 0)
  return (
    <nav aria-label="Stages" className="flex flex-wrap border-b border-line">
      <Link
        href="/my-leads"
        prefetch={false}
        aria-current={filter.stage ? undefined : 'page'}
        className={TAB}
      >
        All <Count value={all} />
      </Link>
      {page.stages.map(({ stage, count, amount_cents }) => (
        <Link
          key={stage}
          href={claimsHref({ stage })}
          prefetch={false}
          data-stage={stage}
          aria-current={filter.stage === stage ? 'page' : undefined}
          className={TAB}
        >
          {STAGE_WORDS[stage].label} <Count value={count} />
          {amount_cents > 0 && (
            <span className="text-sm font-normal text-ink-3">{formatCents(amount_cents)}</span>
          )}
        </Link>
      ))}
    </nav>
  )
}

function Count({ value }: { value: number }) {
  return <span className="rounded-full bg-sunken px-2 text-sm tabular-nums">{formatCount(value)}</span>
}

function NoClaims({ filter }: Pick<Props, 'filter'>) {
  return (
    <div className="space-y-3 card p-6 text-ink-2 sm:p-8">
      <h2 className="text-lg font-semibold text-ink">
        {filter.stage
          ? `Nothing is ${STAGE_WORDS[filter.stage].label.toLowerCase()}`
          : 'No lead is claimed yet'}
      </h2>
      {filter.stage ? (
        <ButtonLink look="quiet" prefetch={false} href="/my-leads">
          All stages
        </ButtonLink>
      ) : (
        <>
          <p>Open a lead and claim it: its names open, and it stands here with its next move.</p>
          <ButtonLink href="/leads">Find a lead</ButtonLink>
        </>
      )}
    </div>
  )
}

function Pager({ page, filter }: Pick<Props, 'page' | 'filter'>) {
  if (!filter.cursor && !page.next_cursor) return null
  return (
    <nav aria-label="Pages" className="flex flex-wrap items-center gap-3">
      {filter.cursor && (
        <ButtonLink look="quiet" prefetch={false} href={claimsHref({ stage: filter.stage })}>
          Newest claims
        </ButtonLink>
      )}
      {page.next_cursor && (
        <ButtonLink
          look="quiet"
          prefetch={false}
          href={claimsHref({ stage: filter.stage, cursor: page.next_cursor })}
        >
          Older claims <Icon name="right" />
        </ButtonLink>
      )}
    </nav>
  )
}
