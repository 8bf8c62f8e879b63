import Link from 'next/link'
import type { ReactNode } from 'react'

import type { LeadDetail } from '@/api/types'
import { Icon } from '@/ui/Icon'
import { Score } from '@/ui/Score'
import { Tag } from '@/ui/Tag'
import { Instant } from '@/ui/Time'

import { OPENNESS_WORDS } from '../words'
import { LeadPin } from './LeadPin'
import { RECEIPT_HASH } from './tracing'

interface Props {
  lead: LeadDetail
  now: Date
}

/** What stands beside the score and the facts: openness, place, source, history, other trades. */
export function Aside({ lead, now }: Props) {
  return (
    <div className="space-y-5">
      <Openness lead={lead} />
      <Place lead={lead} />
      <Source lead={lead} now={now} />
      <Versions lead={lead} now={now} />
      <OtherLeads lead={lead} />
    </div>
  )
}

function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="space-y-3 card p-5 text-sm">
      <h2 className="text-base font-bold">{title}</h2>
      {children}
    </section>
  )
}

function Openness({ lead }: { lead: LeadDetail }) {
  const { label, meaning, look } = OPENNESS_WORDS[lead.openness]
  const company = lead.contractor_company_name
  return (
    <Panel title="Is it still open?">
      <p>
        <Tag look={look}>{label}</Tag> <span className="text-ink-2">{meaning}</span>
      </p>
      <p className="text-ink-2">
        {company === null ? 'No company is published on this permit.' : `Company on the permit: ${company}.`}
        {lead.kind === 'adjacent' && ' The permit is for other work that this trade usually follows.'}
      </p>
    </Panel>
  )
}

function Place({ lead }: { lead: LeadDetail }) {
  const { latitude, longitude } = lead
  return (
    <Panel title="Place">
      {latitude === null || longitude === null ? (
        <p className="text-ink-3">The publisher gives no position.</p>
      ) : (
        <LeadPin
          leadId={lead.lead_id}
          latitude={latitude}
          longitude={longitude}
          score={lead.score}
          countyFips={lead.county_fips}
        />
      )}
    </Panel>
  )
}

function Source({ lead, now }: Props) {
  const { page } = lead.receipts
  return (
    <Panel title="Source">
      <p className="text-ink-2">
        {lead.publisher}
        {page && (
          <>
            , read <Instant at={page.fetched_at} now={now} />
          </>
        )}
      </p>
      <a href={RECEIPT_HASH} className="inline-flex min-h-6 items-center gap-1.5 font-medium link">
        <Icon name="receipt" /> All receipts
      </a>
    </Panel>
  )
}

function Versions({ lead, now }: Props) {
  return (
    <Panel title="What we knew, and when">
      <ol className="space-y-2">
        {lead.versions.map(({ version, recorded_at, page_sha256 }) => (
          <li key={version}>
            <span className="font-medium">Version {version}</span>, recorded{' '}
            <Instant at={recorded_at} now={now} />
            <a href={`/archive/${page_sha256}`} download className="block min-h-6 font-mono text-xs link">
              <span className="sr-only">Download the rows behind version {version}, </span>
              {page_sha256.slice(0, 16)}…
            </a>
          </li>
        ))}
      </ol>
    </Panel>
  )
}

function OtherLeads({ lead }: { lead: LeadDetail }) {
  if (lead.other_leads.length === 0) return null
  return (
    <Panel title="Other trades on this permit">
      <ul className="space-y-3">
        {lead.other_leads.map((other) => (
          <li key={other.lead_id} className="flex items-center gap-3">
            <Score score={other.score} />
            <Link href={`/leads/${other.lead_id}`} prefetch={false} className="font-medium link">
              {other.trade_label}
            </Link>
            <Tag look={OPENNESS_WORDS[other.openness].look}>{OPENNESS_WORDS[other.openness].label}</Tag>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
