import Link from 'next/link'
import type { ReactNode } from 'react'

import type { DatasetCoverage } from '@/api/types'
import { formatAgo, formatCount, formatDay, formatDaysAgo } from '@/lib/format'
import { Tag } from '@/ui/Tag'

import { type Sort, type SortKey, sortHref } from './sort'
import { disabledWords, freshnessWords, isUnread, noNewestWords } from './words'

interface Props {
  datasets: DatasetCoverage[]
  sort: Sort
  now: Date
}

const HEAD = 'border-line text-ink-3 border-b px-4 py-2 text-left text-xs font-semibold whitespace-nowrap'
const CELL = 'border-line border-b px-4 py-3 align-top'

export function CoverageTable({ datasets, sort, now }: Props) {
  return (
    <table className="w-full border-collapse text-sm">
      <caption className="sr-only">All datasets</caption>
      <thead>
        <tr>
          <SortHead name="publisher" sort={sort}>
            Publisher
          </SortHead>
          <th scope="col" className={HEAD}>
            Data
          </th>
          <SortHead name="newest_issued_date" sort={sort}>
            Newest permit
          </SortHead>
          <th scope="col" className={HEAD}>
            Last read
          </th>
          <SortHead name="permit_count" sort={sort} isNumber>
            Permits
          </SortHead>
          <SortHead name="lead_count" sort={sort} isNumber>
            Open leads
          </SortHead>
          <th scope="col" className={HEAD}>
            Licence
          </th>
        </tr>
      </thead>
      <tbody>
        {datasets.map((dataset) => (
          <DatasetRow key={dataset.dataset_id} dataset={dataset} now={now} />
        ))}
      </tbody>
    </table>
  )
}

interface HeadProps {
  name: SortKey
  sort: Sort
  isNumber?: boolean
  children: ReactNode
}

function SortHead({ name, sort, isNumber = false, children }: HeadProps) {
  const direction = sort.isDescending ? 'descending' : 'ascending'
  const isSorted = sort.key === name
  return (
    <th
      scope="col"
      aria-sort={isSorted ? direction : 'none'}
      className={`${HEAD} ${isNumber ? 'text-right' : ''}`}
    >
      <Link
        href={sortHref(name, sort)}
        prefetch={false}
        scroll={false}
        className="inline-flex min-h-6 items-center gap-1 underline-offset-3 hover:text-ink hover:underline"
      >
        {children}
        <span aria-hidden="true" className={isSorted ? '' : 'opacity-0'}>
          {sort.isDescending ? '↓' : '↑'}
        </span>
      </Link>
    </th>
  )
}

function DatasetRow({ dataset, now }: { dataset: DatasetCoverage; now: Date }) {
  const freshness = freshnessWords(dataset)
  const { newest_issued_date, last_success } = dataset
  return (
    <tr data-dataset={dataset.dataset_id}>
      <th scope="row" className={`${CELL} text-left font-normal`}>
        <a
          href={`#${dataset.dataset_id}`}
          className="font-semibold text-ink hover:text-accent hover:underline"
        >
          {dataset.publisher}
        </a>
        <span className="block text-ink-3">{dataset.title}</span>
      </th>
      <td className={CELL}>
        <span className="flex flex-wrap gap-1.5">
          <Tag look={freshness.look}>{freshness.label}</Tag>
          {dataset.simulated_note !== null && <Tag look="notice">Demo</Tag>}
        </span>
        <Why dataset={dataset} />
      </td>
      <td className={CELL}>
        {newest_issued_date === null ? (
          <span className="text-ink-3">{noNewestWords(dataset)}</span>
        ) : (
          <>
            {formatDay(newest_issued_date)}
            <span className="block text-ink-3">{formatDaysAgo(newest_issued_date, now)}</span>
          </>
        )}
      </td>
      <td className={`${CELL} whitespace-nowrap`}>
        {last_success === null ? <span className="text-ink-3">Never</span> : formatAgo(last_success, now)}
      </td>
      <td className={`${CELL} text-right tabular-nums`}>{formatCount(dataset.permit_count)}</td>
      <td className={`${CELL} text-right tabular-nums`}>{formatCount(dataset.lead_count)}</td>
      <td className={CELL}>{dataset.licence ?? <span className="text-ink-3">Not recorded</span>}</td>
    </tr>
  )
}

/** Why the data is not fresh. That nothing was read yet stands in the column of the last reading already. */
function Why({ dataset }: { dataset: DatasetCoverage }) {
  if (dataset.freshness_reason === null || isUnread(dataset)) return null
  return (
    <span className="mt-1 block max-w-[22rem] text-xs text-ink-3">
      {!dataset.is_enabled && <span className="block text-ink-2">{disabledWords(dataset)}</span>}
      {dataset.freshness_reason}
    </span>
  )
}
