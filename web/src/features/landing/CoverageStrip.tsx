import Link from 'next/link'

import { readCoverage } from '@/api/catalog'
import { BackendError } from '@/api/errors'
import type { Coverage, DatasetCoverage } from '@/api/types'
import { formatCount, formatDay } from '@/lib/format'
import { Tag } from '@/ui/Tag'

const WORDS = { fresh: 'Fresh', stale: 'Stale', unknown: 'Unknown', disabled: 'Off' } as const
const LOOKS = { fresh: 'accent', stale: 'warn', unknown: 'warn', disabled: 'plain' } as const

/** The front page must stand while the API is down; it then says so instead of showing numbers. */
async function tryCoverage(): Promise<Coverage | null> {
  try {
    return await readCoverage()
  } catch (error) {
    if (error instanceof BackendError) return null
    throw error
  }
}

/** What is loaded right now, from the API itself. */
export async function CoverageStrip() {
  const coverage = await tryCoverage()
  if (coverage === null) return <p className="text-ink-2">The coverage cannot be read right now.</p>
  const datasets = coverage.datasets.filter(({ permit_count }) => permit_count > 0)
  if (datasets.length === 0) return <p className="text-ink-2">No source has been read yet.</p>
  const hasDemo = datasets.some(({ simulated_note }) => simulated_note !== null)
  return (
    <>
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        {datasets.map((dataset) => (
          <li key={dataset.dataset_id} className="card p-4 text-sm">
            <DatasetTile dataset={dataset} />
          </li>
        ))}
      </ul>
      <p className="mt-3 text-sm text-ink-3">
        {hasDemo && 'Tiles marked Demo show a recording of real rows, not today’s. '}
        <Link href="/coverage" prefetch={false} className="link">
          All sources, licences and gaps
        </Link>
      </p>
    </>
  )
}

function DatasetTile({ dataset }: { dataset: DatasetCoverage }) {
  const { publisher, freshness, newest_issued_date, lead_count, simulated_note } = dataset
  return (
    <>
      <p className="mb-1.5 flex flex-wrap items-center gap-1.5">
        <span className="mr-auto font-semibold">{publisher}</span>
        {simulated_note !== null && <Tag look="notice">Demo</Tag>}
        <Tag look={LOOKS[freshness]}>{WORDS[freshness]}</Tag>
      </p>
      <p className="text-ink-2">
        {newest_issued_date === null
          ? 'Days of issue not published'
          : `Newest permit ${formatDay(newest_issued_date)}`}
      </p>
      <p className="text-ink-3 tabular-nums">{formatCount(lead_count)} open leads</p>
    </>
  )
}
