import type { DatasetCoverage } from '@/api/types'

export const SORT_KEYS = ['publisher', 'newest_issued_date', 'permit_count', 'lead_count'] as const
export type SortKey = (typeof SORT_KEYS)[number]

export interface Sort {
  key: SortKey
  isDescending: boolean
}

/** "?sort=lead_count" sorts up, "?sort=-lead_count" down; anything else sorts by publisher. */
export function parseSort(text: string | undefined): Sort {
  const isDescending = text?.startsWith('-') ?? false
  const key = SORT_KEYS.find((known) => known === text?.replace(/^-/, ''))
  return key ? { key, isDescending } : { key: 'publisher', isDescending: false }
}

/** The address that a column's header leads to: the other direction where it is sorted already. */
export function sortHref(key: SortKey, current: Sort): string {
  const startsDescending = key !== 'publisher'
  const isDescending = key === current.key ? !current.isDescending : startsDescending
  return `/coverage?sort=${isDescending ? '-' : ''}${key}`
}

export function sortDatasets(datasets: DatasetCoverage[], { key, isDescending }: Sort): DatasetCoverage[] {
  const rank = (dataset: DatasetCoverage) => dataset[key] ?? ''
  const compare = (a: DatasetCoverage, b: DatasetCoverage) => {
    const [left, right] = [rank(a), rank(b)]
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : String(left).localeCompare(String(right))
    return isDescending ? -order : order
  }
  return [...datasets].sort(compare)
}
