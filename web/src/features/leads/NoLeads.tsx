import Link from 'next/link'
import type { ReactNode } from 'react'

import type { County, LeadPage } from '@/api/types'
import { type FilterChip, type LeadFilter, leadsHref, OPENNESS, shownOpenness } from '@/lib/leadFilter'
import { ButtonLink } from '@/ui/Button'

import { countyName } from './words'

interface Props {
  page: LeadPage
  filter: LeadFilter
  chips: FilterChip[]
  counties: County[]
}

/** An empty list says why it is empty and what to do next; each reason has its own words. */
export function NoLeads({ page, filter, chips, counties }: Props) {
  if (page.coverage.state === 'not_covered') return <NotCovered counties={counties} />
  if (page.coverage.datasets.length === 0) return <NothingLoaded />
  return <NoMatch filter={filter} chips={chips} />
}

function NotCovered({ counties }: { counties: County[] }) {
  return (
    <Empty title="This area is not covered yet">
      <p>
        No publisher here is loaded, which is not the same as “no leads”.{' '}
        {counties.length > 0 && 'Counties that are covered:'}
      </p>
      <ul className="flex flex-wrap gap-x-4 gap-y-1">
        {counties.map((county) => (
          <li key={county.county_fips}>
            <Link
              href={`/leads?county=${county.county_fips}`}
              prefetch={false}
              className="inline-flex min-h-6 link"
            >
              {countyName(county)}
            </Link>
          </li>
        ))}
      </ul>
    </Empty>
  )
}

function NothingLoaded() {
  return (
    <Empty title="Nothing has been loaded yet">
      <p>No publisher has been read so far. As soon as the first run is through, its leads stand here.</p>
      <ButtonLink look="quiet" href="/coverage">
        See the state of every source
      </ButtonLink>
    </Empty>
  )
}

function NoMatch({ filter, chips }: { filter: LeadFilter; chips: FilterChip[] }) {
  const hasHidden = shownOpenness(filter).length < OPENNESS.length
  const withAll = leadsHref({ ...filter, openness: [...OPENNESS], cursor: undefined })
  return (
    <Empty title="No lead matches">
      <p>The sources are covered, and none of their permits fits all of these filters.</p>
      <ul className="list-disc space-y-1 pl-5">
        {chips.map(({ label, hrefWithout }) => (
          <li key={label}>
            <Link href={hrefWithout} prefetch={false} className="inline-flex min-h-6 link">
              Search without {label}
            </Link>
          </li>
        ))}
        {hasHidden && (
          <li>
            <Link href={withAll} prefetch={false} className="inline-flex min-h-6 link">
              Include work that is taken or closed
            </Link>
          </li>
        )}
      </ul>
    </Empty>
  )
}

function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="space-y-3 card p-6 text-ink-2 sm:p-8">
      <h2 className="text-lg font-semibold text-ink">{title}</h2>
      {children}
    </div>
  )
}
