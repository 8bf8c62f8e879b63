import type { DatasetCoverage, Freshness } from '@/api/types'
import { formatDay } from '@/lib/format'
import type { TagLook } from '@/ui/Tag'

const FRESHNESS_WORDS: Record<Freshness, { label: string; look: TagLook }> = {
  fresh: { label: 'Fresh', look: 'accent' },
  stale: { label: 'Stale', look: 'warn' },
  unknown: { label: 'Unknown', look: 'warn' },
  disabled: { label: 'Off', look: 'plain' },
}

/** How fresh a dataset is, in a word. A source that this installation has never asked is told apart from a doubtful one. */
export function freshnessWords(dataset: DatasetCoverage): { label: string; look: TagLook } {
  return isUnread(dataset) ? { label: 'Not read yet', look: 'plain' } : FRESHNESS_WORDS[dataset.freshness]
}

export function isUnread({ is_enabled, status, last_success }: DatasetCoverage): boolean {
  return is_enabled && status === 'never_run' && last_success === null
}

/** Why no newest permit is shown: nothing is loaded, or the publisher prints no day of issue. */
export function noNewestWords({ permit_count }: DatasetCoverage): string {
  return permit_count > 0 ? 'Days of issue not published' : 'None yet'
}

export const STATUS_WORDS: Record<DatasetCoverage['status'], string> = {
  success: 'Last run succeeded',
  failure: 'Last run failed',
  running: 'Running now',
  never_run: 'Never run',
}

const DISABLED_WORDS: Record<NonNullable<DatasetCoverage['disabled_status']>, string> = {
  dead: 'Does not answer',
  frozen: 'Stands still',
  unverified: 'Not verified',
  walled: 'Behind a login or block',
  unusable: 'Says too little',
}

/** In what way a dataset that is off cannot be read, and the day that was seen: "Stands still, seen Aug 19, 2026". */
export function disabledWords({ disabled_status, disabled_on }: DatasetCoverage): string {
  const state = disabled_status === null ? 'Switched off' : DISABLED_WORDS[disabled_status]
  return disabled_on === null ? state : `${state}, seen ${formatDay(disabled_on)}`
}
