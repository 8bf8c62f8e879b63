import Link from 'next/link'

import type { LeadCoverage } from '@/api/types'
import { formatDay, formatInstant } from '@/lib/format'
import { Notice } from '@/ui/Notice'

type Source = LeadCoverage['datasets'][number]

interface Props {
  coverage: LeadCoverage
}

/** How far the list can be trusted: covered, stale and not covered are three different things. */
export function CoverageLine({ coverage }: Props) {
  if (coverage.state === 'not_covered') {
    return (
      <Notice look="warn" title="Not covered.">
        No publisher of this area is loaded, so an empty list here says nothing. <CoverageLink />
      </Notice>
    )
  }
  const stale = coverage.datasets.filter(({ freshness }) => freshness === 'stale')
  const unknown = coverage.datasets.filter(({ freshness }) => freshness === 'unknown')
  return (
    <>
      {stale.length > 0 && <StaleNotice stale={stale} />}
      <p className="text-sm text-ink-3">
        {describeSources(coverage.datasets)} {describeUnknown(unknown)} <CoverageLink />
      </p>
    </>
  )
}

function CoverageLink() {
  return (
    <Link href="/coverage" prefetch={false} className="link">
      Coverage
    </Link>
  )
}

function describeSources(datasets: Source[]): string {
  if (datasets.length === 0) return 'No dataset is loaded.'
  const publishers = [...new Set(datasets.map(({ publisher }) => publisher))]
  const named = publishers.length > 3 ? `${publishers.length} publishers` : publishers.join(', ')
  const newest = datasets
    .map(({ newest_issued_date }) => newest_issued_date ?? '')
    .sort()
    .at(-1)
  return newest ? `From ${named}; newest permit ${formatDay(newest)}.` : `From ${named}.`
}

function describeUnknown(datasets: Source[]): string {
  if (datasets.length === 0) return ''
  return `How fresh ${datasets.map(({ publisher }) => publisher).join(', ')} is cannot be told.`
}

function StaleNotice({ stale }: { stale: Source[] }) {
  return (
    <Notice
      look="warn"
      title={stale.length === 1 ? 'One source is stale.' : `${stale.length} sources are stale.`}
    >
      Recent permits may be missing.{' '}
      {stale
        .map(({ publisher, stale_since, freshness_reason }) =>
          stale_since
            ? `${publisher}: stale since ${formatInstant(stale_since)} because ${freshness_reason ?? 'reason unknown'}`
            : `${publisher}: never read`,
        )
        .join('; ')}
      .
    </Notice>
  )
}
