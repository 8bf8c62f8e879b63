import type { ReactNode } from 'react'

import type { DatasetCoverage } from '@/api/types'
import { formatCount, formatInstant } from '@/lib/format'
import { factLabel } from '@/lib/permitFields'
import { Notice } from '@/ui/Notice'
import { Tag } from '@/ui/Tag'
import { Day, Instant } from '@/ui/Time'

import { disabledWords, freshnessWords, isUnread, noNewestWords, STATUS_WORDS } from './words'

interface Props {
  dataset: DatasetCoverage
  now: Date
}

/** One dataset in full, in text: its state, its licence, what it publishes and what it leaves out. */
export function DatasetCard({ dataset, now }: Props) {
  const freshness = freshnessWords(dataset)
  return (
    <article
      id={dataset.dataset_id}
      aria-labelledby={`${dataset.dataset_id}-name`}
      className="space-y-4 card p-5 text-sm target:border-accent"
    >
      <header>
        <div className="flex flex-wrap items-center gap-2">
          <h3 id={`${dataset.dataset_id}-name`} className="text-base font-bold">
            {dataset.publisher}
          </h3>
          <Tag look={freshness.look}>{freshness.label}</Tag>
        </div>
        <p className="text-ink-3">
          {[dataset.title, dataset.county_name, dataset.state].filter(Boolean).join(' · ')}
        </p>
      </header>
      <Reasons dataset={dataset} />
      <Facts dataset={dataset} now={now} />
      <Fields dataset={dataset} />
    </article>
  )
}

function Reasons({ dataset }: { dataset: DatasetCoverage }) {
  return (
    <>
      {dataset.disabled_reason !== null && (
        <Notice look="warn" title={`Switched off. ${disabledWords(dataset)}.`}>
          {dataset.disabled_reason}
        </Notice>
      )}
      {dataset.disabled_reason === null &&
        dataset.freshness !== 'fresh' &&
        !isUnread(dataset) &&
        dataset.freshness_reason !== null && (
          <Notice look="warn" title={describeState(dataset)}>
            {dataset.freshness_reason}
          </Notice>
        )}
      {dataset.simulated_note !== null && (
        <Notice look="notice" title="Demo data:">
          {dataset.simulated_note}
        </Notice>
      )}
    </>
  )
}

function describeState(dataset: DatasetCoverage): string {
  const { label } = freshnessWords(dataset)
  const { stale_since } = dataset
  return stale_since === null ? `${label}.` : `${label} since ${formatInstant(stale_since)}.`
}

function Facts({ dataset, now }: Props) {
  const { newest_issued_date, last_success, is_resale_ok } = dataset
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1.5">
      <Fact name="Newest permit">
        {newest_issued_date === null ? noNewestWords(dataset) : <Day day={newest_issued_date} now={now} />}
      </Fact>
      <Fact name="Last read">
        {last_success === null ? 'Never' : <Instant at={last_success} now={now} />}
      </Fact>
      <Fact name="Run">{STATUS_WORDS[dataset.status]}</Fact>
      <Fact name="Loaded">
        {formatCount(dataset.permit_count)} permits, {formatCount(dataset.lead_count)} open leads
      </Fact>
      <Fact name="Licence">{dataset.licence ?? <span className="text-ink-3">Not recorded</span>}</Fact>
      <Fact name="Attribution">
        {dataset.attribution ?? <span className="text-ink-3">Not recorded</span>}
      </Fact>
      <Fact name="Resale">{resaleWords(is_resale_ok)}</Fact>
    </dl>
  )
}

function resaleWords(isResaleOk: boolean | null): string {
  if (isResaleOk === null) return 'Terms not read yet'
  return isResaleOk ? 'Allowed by its terms' : 'Not allowed by its terms'
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </>
  )
}

function Fields({ dataset }: { dataset: DatasetCoverage }) {
  const { published_fields, not_published_fields } = dataset
  return (
    <details>
      <summary className="min-h-6 cursor-pointer link">
        Publishes {published_fields.length} fields, leaves out {not_published_fields.length}
      </summary>
      <div className="mt-3 grid gap-4 sm:grid-cols-2">
        <FieldList title="Published" fields={published_fields} />
        <FieldList title="Not published" fields={not_published_fields} />
      </div>
    </details>
  )
}

function FieldList({ title, fields }: { title: string; fields: string[] }) {
  return (
    <div>
      <h4 className="mb-1 eyebrow">{title}</h4>
      <ul className="text-ink-2">
        {fields.map((field) => (
          <li key={field}>{factLabel(field) ?? field}</li>
        ))}
      </ul>
    </div>
  )
}
