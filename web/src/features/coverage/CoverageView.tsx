import type { Coverage } from '@/api/types'
import { formatCounted } from '@/lib/format'
import { DemoNotice } from '@/ui/DemoNotice'
import { Page } from '@/ui/Page'
import { Instant } from '@/ui/Time'

import { CoverageTable } from './CoverageTable'
import { DatasetCard } from './DatasetCard'
import { type Sort, sortDatasets } from './sort'
import { isUnread } from './words'

interface Props {
  coverage: Coverage
  sort: Sort
  now: Date
}

export function CoverageView({ coverage, sort, now }: Props) {
  const datasets = sortDatasets(coverage.datasets, sort)
  const fresh = datasets.filter(({ freshness }) => freshness === 'fresh').length
  const unread = datasets.filter(isUnread).length
  const off = datasets.filter(({ is_enabled }) => !is_enabled).length
  return (
    <Page width="max-w-[84rem]">
      <header className="mb-5 space-y-2">
        <h1 className="text-3xl font-bold tracking-tight">Coverage</h1>
        <p className="max-w-prose text-ink-2">
          Every source, how fresh its data is by its own dates, and what its publisher leaves out. What is not
          listed here is not covered.
        </p>
        <p className="text-sm text-ink-3">
          {formatCounted(datasets.length, 'dataset')}: {fresh} fresh, {unread} not read yet, {off} switched
          off. As of <Instant at={coverage.as_of} now={now} />.
        </p>
      </header>
      <div className="space-y-6">
        <DemoNotice notes={datasets.map(({ simulated_note }) => simulated_note)} />
        <div className="overflow-x-auto card max-lg:hidden">
          <CoverageTable datasets={datasets} sort={sort} now={now} />
        </div>
        <section aria-labelledby="sources" className="space-y-4">
          <h2 id="sources" className="text-xl font-bold">
            Source by source
          </h2>
          <div className="grid items-start gap-4 md:grid-cols-2">
            {datasets.map((dataset) => (
              <DatasetCard key={dataset.dataset_id} dataset={dataset} now={now} />
            ))}
          </div>
        </section>
      </div>
    </Page>
  )
}
