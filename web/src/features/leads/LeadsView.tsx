import type { County, LeadPage, TradeName } from '@/api/types'
import { formatCount, formatCounted, formatDay, formatUsd } from '@/lib/format'
import { filterChips, type IgnoredFilter, type LeadFilter, leadsHref } from '@/lib/leadFilter'
import { ButtonLink } from '@/ui/Button'
import { DemoNotice } from '@/ui/DemoNotice'
import { Icon } from '@/ui/Icon'

import { CoverageLine } from './CoverageLine'
import { FilterChips, IgnoredFilters } from './FilterChips'
import { LeadCards } from './LeadCards'
import { LeadFilters } from './LeadFilters'
import { LeadsMap } from './LeadsMap'
import { LeadTable } from './LeadTable'
import { NoLeads } from './NoLeads'
import { SelectionProvider } from './selection'
import { countyName, KIND_WORDS, OPENNESS_WORDS } from './words'

interface Props {
  page: LeadPage
  filter: LeadFilter
  ignored: IgnoredFilter[]
  trades: TradeName[]
  counties: County[]
  now: Date
}

/** Filters, list and map of one page of leads. The list says everything; the map only shows where. */
export function LeadsView({ page, filter, ignored, trades, counties, now }: Props) {
  const chips = filterChips(filter, names(trades, counties))
  const { datasets } = page.coverage
  return (
    <div className="mx-auto w-full max-w-[110rem] space-y-3 px-4 py-5 sm:px-6">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h1 className="text-2xl font-bold tracking-tight">Leads</h1>
        <p role="status" className="text-ink-2">
          {totalWords(page.total)}
        </p>
      </div>
      <LeadFilters filter={filter} trades={trades} counties={counties} />
      <FilterChips chips={chips} />
      <IgnoredFilters ignored={ignored} />
      <DemoNotice notes={datasets.map(({ simulated_note }) => simulated_note)} />
      <CoverageLine coverage={page.coverage} />
      {page.items.length === 0 ? (
        <NoLeads page={page} filter={filter} chips={chips} counties={counties} />
      ) : (
        <ListAndMap page={page} filter={filter} counties={counties} now={now} />
      )}
    </div>
  )
}

function totalWords({ value, relation }: LeadPage['total']): string {
  if (relation === 'gte') return `${formatCount(value)} leads or more, best score first`
  return value === 0 ? 'No leads' : `${formatCounted(value, 'lead')}, best score first`
}

function names(trades: TradeName[], counties: County[]) {
  return {
    tradeName: (trade: string) => trades.find((each) => each.trade === trade)?.label ?? trade,
    countyName: (fips: string) => {
      const county = counties.find((each) => each.county_fips === fips)
      return county ? countyName(county) : `County ${fips}`
    },
    openness: (openness: keyof typeof OPENNESS_WORDS) => OPENNESS_WORDS[openness].label,
    kind: (kind: keyof typeof KIND_WORDS) => KIND_WORDS[kind].label,
    usd: (amount: number) => formatUsd(String(amount)),
    day: formatDay,
  }
}

type ListProps = Pick<Props, 'page' | 'filter' | 'counties' | 'now'>

function ListAndMap({ page, filter, counties, now }: ListProps) {
  const demo = page.items.filter(({ simulated_note }) => simulated_note !== null).length
  const list = { leads: page.items, now, isDemoMarked: demo > 0 && demo < page.items.length }
  return (
    <SelectionProvider>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(20rem,32%)]">
        <section aria-label="List of leads" className="order-2 min-w-0 space-y-4 lg:order-1">
          <div className="overflow-x-auto card max-md:hidden">
            <LeadTable {...list} />
          </div>
          <div className="md:hidden">
            <LeadCards {...list} />
          </div>
          <Pager page={page} filter={filter} />
        </section>
        <section aria-label="Map of these leads" className="order-1 lg:sticky lg:top-[4.5rem] lg:order-2">
          <LeadsMap leads={page.items} coveredFips={counties.map(({ county_fips }) => county_fips)} />
        </section>
      </div>
    </SelectionProvider>
  )
}

function Pager({ page, filter }: { page: LeadPage; filter: LeadFilter }) {
  return (
    <nav aria-label="Pages" className="flex flex-wrap items-center gap-3">
      {filter.cursor && (
        <ButtonLink look="quiet" prefetch={false} href={leadsHref({ ...filter, cursor: undefined })}>
          First page
        </ButtonLink>
      )}
      {page.next_cursor ? (
        <ButtonLink look="quiet" prefetch={false} href={leadsHref({ ...filter, cursor: page.next_cursor })}>
          Next leads <Icon name="right" />
        </ButtonLink>
      ) : (
        <p className="text-sm text-ink-3">End of the list.</p>
      )}
    </nav>
  )
}
