/** The lead list's filters live in the URL; this module is the only reader and writer of that query string. */

export const OPENNESS = ['open', 'likely', 'taken', 'closed'] as const
export type Openness = (typeof OPENNESS)[number]

export const KINDS = ['direct', 'adjacent'] as const
export type Kind = (typeof KINDS)[number]

export const DEFAULT_OPENNESS: readonly Openness[] = ['open', 'likely']

export interface LeadFilter {
  trade: string[]
  county: string[]
  zip: string[]
  openness: Openness[]
  kind?: Kind
  min_score?: number
  min_cost?: number
  issued_since?: string
  q?: string
  cursor?: string
}

/** A part of the query string that could not be read; it is left out of the search and said on the page. */
export interface IgnoredFilter {
  field: string
  seen: string
  expected: string
}

export type SearchParams = Record<string, string | string[] | undefined>

function words(value: string | string[] | undefined): string[] {
  const all = Array.isArray(value) ? value : [value ?? '']
  return [...new Set(all.flatMap((text) => text.split(/[\s,]+/)).filter(Boolean))]
}

function only(value: string | string[] | undefined): string | undefined {
  const first = Array.isArray(value) ? value[0] : value
  return first?.trim() || undefined
}

function isRealDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
  )
}

class Reader {
  readonly ignored: IgnoredFilter[] = []

  constructor(private readonly params: SearchParams) {}

  list(field: string, isGood: (word: string) => boolean, expected: string): string[] {
    const all = words(this.params[field])
    for (const seen of all.filter((word) => !isGood(word))) this.ignored.push({ field, seen, expected })
    return all.filter(isGood)
  }

  text(field: string, isGood: (text: string) => boolean, expected: string): string | undefined {
    const seen = only(this.params[field])
    if (seen === undefined || isGood(seen)) return seen
    this.ignored.push({ field, seen, expected })
    return undefined
  }

  amount(field: string, maximum: number, expected: string): number | undefined {
    const bare = (text: string) => text.replace(/^\$|,/g, '')
    const isGood = (text: string) => /^\d+$/.test(bare(text)) && Number(bare(text)) <= maximum
    const text = this.text(field, isGood, expected)
    return text === undefined ? undefined : Number(bare(text))
  }
}

/**
 * The filter of a query string, and what of it could not be read. Order and repetition do not matter. Without
 * `trades` any word passes for a trade.
 */
export function parseLeadFilter(
  params: SearchParams,
  trades?: readonly string[],
): { filter: LeadFilter; ignored: IgnoredFilter[] } {
  const reader = new Reader(params)
  const openness = reader.list(
    'openness',
    (word) => OPENNESS.some((known) => known === word),
    OPENNESS.join(', '),
  )
  const kind = reader.text('kind', (word) => KINDS.some((known) => known === word), KINDS.join(' or '))
  const filter: LeadFilter = {
    trade: reader.list('trade', (word) => trades?.includes(word) ?? true, 'a trade of the list'),
    county: reader.list('county', (word) => /^\d{5}$/.test(word), 'a five-digit county FIPS code'),
    zip: reader.list('zip', (word) => /^\d{5}$/.test(word), 'a five-digit ZIP'),
    openness: OPENNESS.filter((known) => openness.includes(known)),
    kind: KINDS.find((known) => known === kind),
    min_score: reader.amount('min_score', 100, 'a whole number from 0 to 100'),
    min_cost: reader.amount('min_cost', 1e10, 'whole dollars'),
    issued_since: reader.text('issued_since', isRealDay, 'a day written YYYY-MM-DD'),
    q: only(params['q']),
    cursor: only(params['cursor']),
  }
  return { filter, ignored: reader.ignored }
}

/** What the API is asked for: the default openness is spelled out, empty parts are left out. */
export function shownOpenness(filter: LeadFilter): readonly Openness[] {
  return filter.openness.length > 0 ? filter.openness : DEFAULT_OPENNESS
}

function hasDefaultOpenness(filter: LeadFilter): boolean {
  return shownOpenness(filter).join() === DEFAULT_OPENNESS.join()
}

/** The address of a filtered list; equal filters give equal addresses. */
export function leadsHref(filter: LeadFilter): string {
  const query = new URLSearchParams()
  for (const field of ['trade', 'county', 'zip'] as const) {
    for (const word of [...filter[field]].sort()) query.append(field, word)
  }
  if (!hasDefaultOpenness(filter)) for (const word of filter.openness) query.append('openness', word)
  for (const field of ['kind', 'min_score', 'min_cost', 'issued_since', 'q', 'cursor'] as const) {
    const value = filter[field]
    if (value !== undefined) query.append(field, String(value))
  }
  const text = query.toString()
  return text ? `/leads?${text}` : '/leads'
}

export interface FilterChip {
  label: string
  /** The list without this one filter, from its first page. */
  hrefWithout: string
}

export interface FilterNames {
  tradeName: (trade: string) => string
  countyName: (fips: string) => string
  openness: (openness: Openness) => string
  kind: (kind: Kind) => string
  usd: (amount: number) => string
  day: (isoDay: string) => string
}

/** One chip for each active filter, in the order of the form. */
export function filterChips(filter: LeadFilter, names: FilterNames): FilterChip[] {
  const first = { ...filter, cursor: undefined }
  const chip = (label: string, without: Partial<LeadFilter>) => ({
    label,
    hrefWithout: leadsHref({ ...first, ...without }),
  })
  const each = (field: 'trade' | 'county' | 'zip', label: (word: string) => string) =>
    filter[field].map((word) =>
      chip(label(word), { [field]: filter[field].filter((other) => other !== word) }),
    )
  const chips = [
    ...each('trade', names.tradeName),
    ...each('county', names.countyName),
    ...each('zip', (zip) => `ZIP ${zip}`),
  ]
  if (filter.q) chips.push(chip(`“${filter.q}”`, { q: undefined }))
  if (filter.min_score !== undefined) chips.push(chip(`Score ${filter.min_score}+`, { min_score: undefined }))
  if (filter.min_cost !== undefined)
    chips.push(chip(`${names.usd(filter.min_cost)}+`, { min_cost: undefined }))
  if (filter.issued_since) {
    chips.push(chip(`Issued since ${names.day(filter.issued_since)}`, { issued_since: undefined }))
  }
  if (filter.kind) chips.push(chip(names.kind(filter.kind), { kind: undefined }))
  if (!hasDefaultOpenness(filter)) {
    chips.push(chip(filter.openness.map(names.openness).join(' or '), { openness: [] }))
  }
  return chips
}
