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

/** What an entry is, in few words. */
export function entryTitle(entry: Entry): string {
  const kind = detail(entry, 'kind')
  if (kind === 'trial') return 'Credits to try it'
  if (kind === 'undo') return 'Claim undone'
  if (entry.reason === 'claim' && entry.details['is_exclusive'] === true) return 'Exclusive claim'
  return REASON_WORDS[entry.reason]
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
