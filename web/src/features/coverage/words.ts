import type { DatasetCoverage, Freshness } from '@/api/types'
import type { TagLook } from '@/ui/Tag'

export const FRESHNESS_WORDS: Record<Freshness, { label: string; look: TagLook }> = {
  fresh: { label: 'Fresh', look: 'accent' },
  stale: { label: 'Stale', look: 'warn' },
  unknown: { label: 'Unknown', look: 'warn' },
  disabled: { label: 'Off', look: 'plain' },
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
