import type { Problem } from '@/api/errors'
import type { Told } from '@/lib/forms'

type Words = Omit<Told, 'look'>

const NOT_CHARGED = 'Nothing was charged.'
const GET_CREDITS = { href: '/billing', label: 'Plans and packs' }

const REFUSALS: Record<string, Words> = {
  credits_missing: {
    title: 'Not enough credits.',
    text: `The claim costs more than your account has. ${NOT_CHARGED}`,
    wayOut: GET_CREDITS,
  },
  cap_reached: {
    title: 'Your own cap is reached.',
    text: `This claim would go beyond what your account lets claims take in a month. ${NOT_CHARGED} An admin can raise the cap.`,
    wayOut: { href: '/credits', label: 'Credits and caps' },
  },
  sold_out: {
    title: 'Sold in the meantime.',
    text: `Other contractors were quicker, and the lead cannot be sold again. ${NOT_CHARGED}`,
    wayOut: { href: '/leads', label: 'Other leads' },
  },
  outside_plan: {
    title: 'Outside your plan.',
    text: `Your plan does not reach this place. ${NOT_CHARGED}`,
    wayOut: GET_CREDITS,
  },
  lead_not_open: {
    title: 'No longer open.',
    text: `Its work is sold or over by now, and such leads are not sold. ${NOT_CHARGED}`,
    wayOut: { href: '/leads', label: 'Other leads' },
  },
  forbidden: {
    title: 'Your role only looks.',
    text: `Viewers cannot claim; ask an admin of your account for another role. ${NOT_CHARGED}`,
    wayOut: null,
  },
  undo_over: {
    title: 'It cannot be undone any more.',
    text: 'The time for it is over, or today’s undoings are used up. You keep the lead, and nothing was changed.',
    wayOut: null,
  },
  claim_in_work: {
    title: 'Already in work.',
    text: 'The claim was moved on, so it can no longer be given back. Nothing was changed.',
    wayOut: null,
  },
}

/** A refusal in words that say what happened, that nothing was charged, and the way out. */
export function explainRefusal({ status, code, message }: Problem): Told {
  const known = REFUSALS[code]
  if (known) return { look: 'alarm', ...known }
  if (status === 0 || status >= 500) {
    const text =
      'Whether it went through cannot be told. Send it again: the same click is never charged twice, and if it was done, this page says so.'
    return { look: 'alarm', title: 'No answer.', text, wayOut: null }
  }
  return { look: 'alarm', title: 'Refused.', text: `${message}.`, wayOut: null }
}
