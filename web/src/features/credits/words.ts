import type { Entry, EntryReason } from '@/api/types'

export const REASON_WORDS: Record<EntryReason, string> = {
  purchase: 'Bought',
  subscription_grant: 'Credits of the month',
  claim: 'Claim',
  refund: 'Credits back',
  expiry: 'Expired',
  adjustment: 'Adjustment',
}

/** A text of an entry's details; null where there is none of this name. */
export function detail(entry: Entry, name: string): string | null {
  const value = entry.details[name]
  return typeof value === 'string' && value !== '' ? value : null
}

const KIND_WORDS: Record<string, string> = {
  trial: 'Credits to try it',
  undo: 'Claim undone',
  change: 'Credits of the changed plan',
  exclusive_zip: 'Exclusive ZIP',
  refund: 'Payment given back',
  dispute: 'Payment disputed',
  operator: 'Adjusted by us',
}

/** What an entry is, in few words. */
export function entryTitle(entry: Entry): string {
  if (entry.reason === 'claim' && entry.details['is_exclusive'] === true) return 'Exclusive claim'
  return KIND_WORDS[detail(entry, 'kind') ?? ''] ?? REASON_WORDS[entry.reason]
}

/** Of which lead each claim is, as far as the entries tell. */
export function leadsOfClaims(entries: readonly Entry[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const entry of entries) {
    const leadId = detail(entry, 'lead_id')
    if (entry.claim_id !== null && leadId !== null) found.set(entry.claim_id, leadId)
  }
  return found
}
