import type { ReactNode } from 'react'

import type { County, TradeName } from '@/api/types'
import { KINDS, type LeadFilter, leadsHref, OPENNESS, shownOpenness } from '@/lib/leadFilter'
import { Icon } from '@/ui/Icon'

import { FilterForm } from './FilterForm'
import { FilterMenu } from './FilterMenu'
import { countyName, KIND_WORDS, OPENNESS_WORDS } from './words'

interface Props {
  filter: LeadFilter
  trades: TradeName[]
  counties: County[]
}

export function LeadFilters({ filter, trades, counties }: Props) {
  return (
    <FilterForm href={leadsHref(filter)}>
      <SearchField text={filter.q} />
      <FilterMenu label="Trade" chosenCount={filter.trade.length}>
        <Choices title="Trades" columns="sm:grid-cols-2">
          {trades.map(({ trade, label }) => (
            <Choice key={trade} name="trade" value={trade} isChosen={filter.trade.includes(trade)}>
              {label}
            </Choice>
          ))}
        </Choices>
      </FilterMenu>
      <FilterMenu label="County" chosenCount={filter.county.length}>
        <Choices title="Counties with a publisher">
          {counties.map((county) => (
            <Choice
              key={county.county_fips}
              name="county"
              value={county.county_fips}
              isChosen={filter.county.includes(county.county_fips)}
            >
              {countyName(county)}
            </Choice>
          ))}
        </Choices>
      </FilterMenu>
      <FilterMenu label="More" chosenCount={countMore(filter)}>
        <MoreFilters filter={filter} />
      </FilterMenu>
    </FilterForm>
  )
}

function countMore(filter: LeadFilter): number {
  const { zip, openness, min_score, min_cost, issued_since, kind } = filter
  const single = [min_score, min_cost, issued_since, kind].filter((value) => value !== undefined).length
  return single + Math.min(zip.length, 1) + Math.min(openness.length, 1)
}

function SearchField({ text }: { text: string | undefined }) {
  return (
    <label className="relative min-w-0 flex-1 basis-full sm:basis-64">
      <span className="sr-only">Words in the description, address, permit number or company</span>
      <Icon
        name="search"
        className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-3"
      />
      <input
        name="q"
        type="search"
        defaultValue={text}
        placeholder="Description, address, permit number, company"
        className="field min-h-10 pl-9"
      />
    </label>
  )
}

function MoreFilters({ filter }: { filter: LeadFilter }) {
  const { zip, min_score, min_cost, issued_since, kind } = filter
  const shown = shownOpenness(filter)
  return (
    <div className="space-y-4">
      <div className="grid grid-cols-2 gap-3">
        <Labelled label="ZIP (several with commas)">
          <input
            name="zip"
            inputMode="numeric"
            defaultValue={zip.join(', ')}
            placeholder="78704, 78745"
            className="field"
          />
        </Labelled>
        <Labelled label="Issued since">
          <input name="issued_since" type="date" defaultValue={issued_since} className="field" />
        </Labelled>
        <Labelled label="Score, at least">
          <input
            name="min_score"
            type="number"
            min={0}
            max={100}
            step={1}
            defaultValue={min_score}
            className="field"
          />
        </Labelled>
        <Labelled label="Declared cost, at least ($)">
          <input name="min_cost" type="number" min={0} step={1} defaultValue={min_cost} className="field" />
        </Labelled>
      </div>
      <Choices title="Is the work still open?" columns="sm:grid-cols-2">
        {OPENNESS.map((openness) => (
          <Choice key={openness} name="openness" value={openness} isChosen={shown.includes(openness)}>
            {OPENNESS_WORDS[openness].label}
          </Choice>
        ))}
      </Choices>
      <Choices title="Kind" columns="sm:grid-cols-3">
        <Choice name="kind" value="" type="radio" isChosen={kind === undefined}>
          Both
        </Choice>
        {KINDS.map((each) => (
          <Choice key={each} name="kind" value={each} type="radio" isChosen={kind === each}>
            {KIND_WORDS[each].label}
          </Choice>
        ))}
      </Choices>
    </div>
  )
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="block space-y-1">
      <span className="block text-sm text-ink-2">{label}</span>
      {children}
    </label>
  )
}

function Choices({
  title,
  columns = '',
  children,
}: {
  title: string
  columns?: string
  children: ReactNode
}) {
  return (
    <fieldset>
      <legend className="mb-1 text-sm text-ink-2">{title}</legend>
      <div className={`grid gap-x-3 ${columns}`}>{children}</div>
    </fieldset>
  )
}

interface ChoiceProps {
  name: string
  value: string
  isChosen: boolean
  type?: 'checkbox' | 'radio'
  children: ReactNode
}

function Choice({ name, value, isChosen, type = 'checkbox', children }: ChoiceProps) {
  return (
    <label className="flex min-h-8 cursor-pointer items-center gap-2.5 rounded px-1.5 hover:bg-sunken">
      <input
        type={type}
        name={name}
        value={value}
        defaultChecked={isChosen}
        className="size-4 accent-accent"
      />
      <span>{children}</span>
    </label>
  )
}
