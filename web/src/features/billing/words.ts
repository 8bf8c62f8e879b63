import type { Problem } from '@/api/errors'
import type { BillingNotice, Payments, Subscription } from '@/api/types'
import type { Told } from '@/lib/forms'
import type { TagLook } from '@/ui/Tag'

interface Word {
  label: string
  look: TagLook
}

/** Stripe's words for a subscription. */
const STATUSES: Record<string, Word> = {
  active: { label: 'Active', look: 'accent' },
  trialing: { label: 'On trial', look: 'accent' },
  past_due: { label: 'Payment failed', look: 'alarm' },
  unpaid: { label: 'Not paid', look: 'alarm' },
  incomplete: { label: 'First payment open', look: 'warn' },
  incomplete_expired: { label: 'Never paid', look: 'plain' },
  paused: { label: 'Paused', look: 'warn' },
  canceled: { label: 'Ended', look: 'plain' },
}

export function statusWord({
  status,
  is_collection_paused,
  cancel_at_period_end,
  cancel_at,
}: Subscription): Word {
  if (status === 'active' && is_collection_paused) return { label: 'Paused', look: 'warn' }
  if (status === 'active' && (cancel_at_period_end || cancel_at !== null))
    return { label: 'Canceled, runs out', look: 'warn' }
  return STATUSES[status] ?? { label: status, look: 'plain' }
}

/** Whether a second subscription would be one too many. */
export function isRunning(subscription: Subscription | null): boolean {
  if (subscription === null || subscription.ended_at !== null) return false
  return !['canceled', 'incomplete_expired'].includes(subscription.status)
}

const INVOICES: Record<string, Word> = {
  paid: { label: 'Paid', look: 'accent' },
  open: { label: 'Open', look: 'warn' },
  draft: { label: 'Draft', look: 'plain' },
  void: { label: 'Void', look: 'plain' },
  uncollectible: { label: 'Not collected', look: 'alarm' },
}

export function invoiceWord(status: string): Word {
  return INVOICES[status] ?? { label: status, look: 'plain' }
}

export const PACK_WORDS: Record<Payments['packs'][number]['status'], Word> = {
  waiting: { label: 'On its way', look: 'notice' },
  paid: { label: 'Paid', look: 'accent' },
  failed: { label: 'Failed', look: 'alarm' },
  expired: { label: 'Never paid', look: 'plain' },
}

/** What a notice asks for, on the link that leads there. */
export const NOTICE_LINKS: Record<BillingNotice['kind'], string> = {
  past_due: 'Pay now',
  unpaid: 'Pay now',
  incomplete: 'Complete the payment',
  paused: 'Billing',
  canceling: 'Billing',
  trial_ending: 'Plans and packs',
  trial_ended: 'Plans and packs',
  ended: 'Plans and packs',
  metro_missing: 'Choose the area',
}

/** Something is wrong with a payment, as against something worth knowing. */
export function isAlarm(kind: BillingNotice['kind']): boolean {
  return kind === 'past_due' || kind === 'unpaid' || kind === 'incomplete'
}

const REFUSALS: Record<string, [title: string, text: string]> = {
  billing_not_configured: [
    'Nothing can be bought here yet.',
    'Payments are not set up on this installation. Nothing was charged.',
  ],
  already_subscribed: ['A plan runs already.', 'Change or pay it in the portal. Nothing was charged.'],
  no_customer: ['Nothing was bought yet.', 'The portal opens once something was.'],
  metro_fixed: ['Not changed.', 'The area can be changed once in a billing period.'],
  forbidden: ['Only admins buy.', 'Ask an admin of your account. Nothing was charged.'],
}

/** A refusal in words that say that nothing was charged, and what to do. */
export function explainBilling({ status, code, message }: Problem): Told {
  const known = REFUSALS[code]
  if (known) return { look: 'alarm', title: known[0], text: known[1], wayOut: null }
  if (status === 0 || status >= 500) {
    const text = 'The payment service cannot be reached. Nothing was charged. Try again in a minute.'
    return { look: 'alarm', title: 'No answer.', text, wayOut: null }
  }
  return { look: 'alarm', title: 'Refused.', text: `${message}. Nothing was charged.`, wayOut: null }
}
