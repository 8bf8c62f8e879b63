import Link from 'next/link'
import type { ReactNode } from 'react'

import type { LeadDetail } from '@/api/types'
import { formatUsd } from '@/lib/format'
import { DemoNotice } from '@/ui/DemoNotice'
import { HashDrawer } from '@/ui/HashDrawer'
import { Icon } from '@/ui/Icon'
import { Page } from '@/ui/Page'
import { Published } from '@/ui/Published'
import { Score } from '@/ui/Score'
import { Tag } from '@/ui/Tag'
import { Day } from '@/ui/Time'

import { KIND_WORDS, OPENNESS_WORDS } from '../words'
import { Aside } from './Aside'
import { PermitFacts } from './PermitFacts'
import { Receipts } from './Receipts'
import { RECEIPT_HASH } from './tracing'
import { Waterfall } from './Waterfall'

interface Props {
  lead: LeadDetail
  now: Date
}

/** A lead with everything that speaks for it; `children` stand between its head and its reasons. */
export function LeadDetailView({ lead, now, children }: Props & { children: ReactNode }) {
  return (
    <Page width="max-w-[84rem]">
      <nav aria-label="Breadcrumb" className="mb-3">
        <Link href="/leads" prefetch={false} className="inline-flex min-h-6 items-center gap-1 text-sm link">
          <Icon name="left" /> All leads
        </Link>
      </nav>
      <div className="space-y-5">
        <Head lead={lead} now={now} />
        <DemoNotice notes={[lead.simulated_note]} />
        {children}
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[auto_1fr]">
          <section aria-labelledby="why" className="card p-5 sm:p-6">
            <h2 id="why" className="mb-1 text-lg font-bold">
              Why {lead.score}?
            </h2>
            <Waterfall lead={lead} />
            <p className="mt-2 text-xs text-ink-3">Model {lead.model_version}</p>
          </section>
          <div className="lg:col-start-2 lg:row-span-2 lg:row-start-1">
            <Aside lead={lead} now={now} />
          </div>
          <section aria-labelledby="permit" className="card p-5 sm:p-6">
            <h2 id="permit" className="text-lg font-bold">
              The permit as published
            </h2>
            <p className="mb-4 text-sm text-ink-3">
              <Icon name="receipt" className="inline size-4 align-text-bottom" /> opens the receipt: what the
              publisher’s own row says.
            </p>
            <PermitFacts lead={lead} />
          </section>
        </div>
      </div>
      <HashDrawer hash={RECEIPT_HASH} title="Receipts">
        <Receipts receipts={lead.receipts} now={now} />
      </HashDrawer>
    </Page>
  )
}

function Head({ lead, now }: Props) {
  const openness = OPENNESS_WORDS[lead.openness]
  const place = [lead.original_city, lead.original_state, lead.original_zip].filter(Boolean).join(' ')
  return (
    <header className="flex flex-wrap gap-x-7 gap-y-4 card p-5 sm:p-6">
      <Score score={lead.score} size="large" />
      <div className="min-w-0 flex-1 basis-72 space-y-1">
        <div className="flex flex-wrap items-center gap-2">
          <h1 className="text-2xl font-bold tracking-tight">
            {lead.trade_label}, {lead.original_address1 ?? 'address not published'}
          </h1>
          <Tag look={openness.look}>{openness.label}</Tag>
          {lead.kind === 'adjacent' && <Tag>{KIND_WORDS.adjacent.label}</Tag>}
        </div>
        <p className="text-ink-2">{[place, lead.county_name].filter(Boolean).join(' · ')}</p>
        <p className="mt-1.5 line-clamp-4 max-w-prose">
          <Published value={lead.description ?? lead.permit_type_desc} />
        </p>
      </div>
      <dl className="grid w-full grid-cols-2 gap-4 border-t border-line pt-4 text-sm sm:grid-cols-4">
        <Term name="Issued">
          <Published value={lead.issued_date && <Day day={lead.issued_date} now={now} />} />
        </Term>
        <Term name="Declared cost">
          <Published value={lead.est_project_cost && formatUsd(lead.est_project_cost)} />
        </Term>
        <Term name="Status">
          <Published value={lead.status_current} />
        </Term>
        <Term name="Permit">
          <span className="font-mono text-[0.8125rem]">{lead.permit_num}</span>
        </Term>
      </dl>
    </header>
  )
}

function Term({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-ink-3">{name}</dt>
      <dd className="font-semibold">{children}</dd>
    </div>
  )
}
