import Link from 'next/link'
import type { ReactNode } from 'react'

import type { Account, ClaimDetail, Member, NotePage, Task, TradeName } from '@/api/types'
import { formatCredits, formatInstant } from '@/lib/format'
import { ButtonLink } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { Page } from '@/ui/Page'
import { Published } from '@/ui/Published'
import { PublishedNames } from '@/ui/PublishedNames'
import { Instant } from '@/ui/Time'

import { claimTitle, StageTag } from './ClaimCard'
import { MoveForm } from './MoveForm'
import { Moves } from './Moves'
import { Notes } from './Notes'
import { Tasks } from './Tasks'

interface Props {
  claim: ClaimDetail
  notes: NotePage
  tasks: Task[]
  members: Member[]
  trades: TradeName[]
  account: Account
  now: Date
  /** What came back of it, or the way to ask. */
  children: ReactNode
}

/** Who a member is, in the words of the page. */
export type NameOf = (userId: string | null) => string

/** One claim with all that was done and is to be done about it. */
export function ClaimView({ claim, notes, tasks, members, trades, account, now, children }: Props) {
  const canWrite = account.role !== 'viewer'
  const nameOf: NameOf = (userId) => {
    if (userId === account.user_id) return 'You'
    return members.find(({ user_id }) => user_id === userId)?.email ?? 'Somebody who left'
  }
  return (
    <Page>
      <nav aria-label="Breadcrumb" className="mb-3">
        <Link
          href="/my-leads"
          prefetch={false}
          className="inline-flex min-h-6 items-center gap-1 text-sm link"
        >
          <Icon name="left" /> My leads
        </Link>
      </nav>
      <div className="space-y-5">
        <Head claim={claim} title={claimTitle(claim, trades)} canWrite={canWrite} now={now} />
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <div className="space-y-5">
            <Part title="Tasks">
              <Tasks claimId={claim.claim_id} tasks={tasks} canWrite={canWrite} />
            </Part>
            <Part title="History">
              <Moves moves={claim.moves} nameOf={nameOf} now={now} />
            </Part>
          </div>
          <div className="space-y-5">
            <Part title="Notes">
              <Notes claimId={claim.claim_id} notes={notes} canWrite={canWrite} nameOf={nameOf} now={now} />
            </Part>
            {children}
          </div>
        </div>
      </div>
    </Page>
  )
}

interface HeadProps {
  claim: ClaimDetail
  title: string
  canWrite: boolean
  now: Date
}

function Head({ claim, title, canWrite, now }: HeadProps) {
  const { lead, exclusive_until } = claim
  return (
    <header className="space-y-4 card p-5 sm:p-6">
      <div className="space-y-1.5">
        <div className="flex flex-wrap items-center gap-2">
          <h1 className="text-2xl font-bold tracking-tight">{title}</h1>
          <StageTag claim={claim} />
        </div>
        <p className="max-w-prose">
          {lead ? (
            <Published value={lead.description ?? lead.permit_type_desc} />
          ) : (
            'The lead itself is gone: the publisher withdrew it, or its owner asked to be left out.'
          )}
        </p>
        <p className="text-sm text-ink-3">
          Claimed <Instant at={claim.claimed_at} now={now} /> for {formatCredits(claim.credits)}
          {exclusive_until !== null && `, yours alone until ${formatInstant(exclusive_until)}`}.
        </p>
      </div>
      <PublishedNames people={claim.people} />
      <div className="flex flex-wrap items-start gap-3">
        {canWrite && (
          <MoveForm
            claimId={claim.claim_id}
            version={claim.version}
            nextStages={claim.next_stages}
            about={title}
          />
        )}
        {lead && (
          <ButtonLink look="quiet" prefetch={false} href={`/leads/${lead.lead_id}`}>
            The permit and its receipts
          </ButtonLink>
        )}
      </div>
    </header>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="space-y-4 card p-5 sm:p-6">
      <h2 className="text-lg font-bold">{title}</h2>
      {children}
    </section>
  )
}
