import type { DatasetCoverage, Freshness } from '@/api/types'
import type { TagLook } from '@/ui/Tag'

export const FRESHNESS_WORDS: Record<Freshness, { label: string; look: TagLook }> = {
  fresh: { label: 'Fresh', look: 'accent' },
  stale: { label: 'Stale', look: 'warn' },
  unknown: { label: 'Unknown', look: 'alarm' },
  disabled: { label: 'Off', look: 'plain' },
}

export const STATUS_WORDS: Record<DatasetCoverage['status'], string> = {
  success: 'Last run succeeded',
  failure: 'Last run failed',
  running: 'Running now',
  never_run: 'Never run',
}
