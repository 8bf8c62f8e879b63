import type { Problem } from '@/api/errors'
import type { Complaint, Refund, RefundRequest } from '@/api/types'
import { formatDay, formatInstant } from '@/lib/format'
import type { Told } from '@/lib/forms'
import type { TagLook } from '@/ui/Tag'

/** Why credits come back, as the records prove it. */
export const REASONS: Record<Refund['reason'], { label: string; proof: string }> = {
  duplicate: {
    label: 'Paid for twice',
    proof: 'You had paid for the same trade at the same address not long before.',
  },
  over_before_sale: {
    label: 'Over before the sale',
    proof:
      'By the city’s own date the permit was finished, cancelled, expired or withdrawn before you claimed it.',
  },
  outside_territory: {
    label: 'Outside your area',
    proof: 'The city corrected the place, and your plan does not reach it.',
  },
  wrong_trade: {
    label: 'Wrong trade',
    proof: 'The permit, as corrected, makes no lead of this trade any more.',
  },
  no_address: { label: 'No address', proof: 'The address has no number to go to.' },
  late: { label: 'Read too late', proof: 'We read the permit later after its issue than we promise.' },
  source_corrected: {
    label: 'Corrected by the city',
    proof: 'The city withdrew the permit after the sale, or moved it to another address.',
  },
  suppressed: {
    label: 'Owner left out',
    proof: 'The person or the home was taken out on request after the sale.',
  },
  granted: { label: 'Granted on request', proof: 'A person read your request and agreed.' },
}

export const COMPLAINTS: Record<Complaint, string> = {
  duplicate: REASONS.duplicate.label,
  over_before_sale: REASONS.over_before_sale.label,
  outside_territory: REASONS.outside_territory.label,
  wrong_trade: REASONS.wrong_trade.label,
  no_address: REASONS.no_address.label,
  late: REASONS.late.label,
  source_corrected: REASONS.source_corrected.label,
  suppressed: REASONS.suppressed.label,
  other: 'Something else',
}

export const COMPLAINT_ORDER: readonly Complaint[] = [
  'over_before_sale',
  'duplicate',
  'wrong_trade',
  'outside_territory',
  'no_address',
  'late',
  'source_corrected',
  'suppressed',
  'other',
]

export const STATUS: Record<RefundRequest['status'], { label: string; look: TagLook }> = {
  credited: { label: 'Credits came back', look: 'accent' },
  waiting: { label: 'A person looks at it', look: 'notice' },
  refused: { label: 'Refused', look: 'warn' },
  appealed: { label: 'Second look under way', look: 'notice' },
  appeal_refused: { label: 'Refused after a second look', look: 'warn' },
}

/** What the evidence says, in the order it is told; what is not here is for programs. */
const FACTS = [
  ['permit_num', 'Permit'],
  ['earlier_permit_num', 'Earlier permit'],
  ['earlier_claimed_at', 'Earlier claim'],
  ['status_current', 'The city’s status'],
  ['completed_date', 'Completed'],
  ['status_date', 'Status since'],
  ['expires_date', 'Expired'],
  ['withdrawn_at', 'Withdrawn'],
  ['redacted_at', 'Left out'],
  ['county_at_sale', 'County at the sale'],
  ['county', 'County now'],
  ['address_at_sale', 'Address at the sale'],
  ['address', 'Address now'],
  ['issued_date', 'Issued'],
  ['first_recorded_at', 'Read by us'],
  ['promised_days', 'Days we promise'],
] as const

/** The facts of an evidence with their labels, days and instants as people read them. */
export function evidenceFacts(evidence: Refund['evidence']): { label: string; text: string }[] {
  return FACTS.flatMap(([name, label]) => {
    const value = evidence[name]
    if (typeof value !== 'string' && typeof value !== 'number') return []
    const text = String(value)
    if (name.endsWith('_at')) return [{ label, text: formatInstant(text) }]
    return [{ label, text: name.endsWith('_date') ? formatDay(text) : text }]
  })
}

export function isComplaint(word: string): word is Complaint {
  return word in COMPLAINTS
}

/** What became of a request just made. */
export function tellRequest({ status, answer }: RefundRequest): Told {
  if (status === 'credited')
    return { look: 'done', title: 'Your credits are back.', text: answer ?? '', wayOut: null }
  const text = 'The records do not decide it, so a person will. The answer comes here.'
  return { look: 'done', title: 'We got it.', text, wayOut: null }
}

/** Refusals in words that say what to do. */
export function explainRefundRefusal({ status, code, message }: Problem): Told {
  const alarm = (title: string, text: string): Told => ({ look: 'alarm', title, text, wayOut: null })
  if (code === 'asked_already')
    return alarm('Asked already.', 'There is a request for this claim; its answer stands here.')
  if (code === 'nothing_owed')
    return alarm('Nothing is owed.', 'The credits of this claim are back already, or it was free.')
  if (code === 'no_appeal')
    return alarm('No second look.', 'Only a refused request can be looked at again, and once.')
  if (code === 'forbidden') return alarm('Your role only looks.', 'Viewers cannot ask for refunds.')
  if (status === 0 || status >= 500)
    return alarm('No answer.', 'Whether it was sent cannot be told. Send it again: it counts once.')
  return alarm('Not sent.', `${message}.`)
}
