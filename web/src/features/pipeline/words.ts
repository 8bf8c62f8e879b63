import type { Problem } from '@/api/errors'
import type { Move, MoveReason, Stage } from '@/api/types'
import type { Told } from '@/lib/forms'
import type { TagLook } from '@/ui/Tag'

export const STAGE_WORDS: Record<Stage, { label: string; look: TagLook }> = {
  new: { label: 'New', look: 'notice' },
  contacted: { label: 'Contacted', look: 'plain' },
  quoted: { label: 'Quoted', look: 'plain' },
  won: { label: 'Won', look: 'accent' },
  lost: { label: 'Lost', look: 'warn' },
}

const REASONS: Record<MoveReason, string> = {
  wrong_number: 'Wrong number',
  no_answer: 'No answer',
  not_interested: 'Not interested',
  too_expensive: 'Too expensive',
  hired_other: 'Hired another',
  already_done: 'Already done',
  not_our_trade: 'Not our trade',
  out_of_area: 'Out of our area',
  duplicate: 'Had it already',
  price: 'Price',
  speed: 'Speed',
  trust: 'Trust',
  referral: 'Referral',
  other: 'Another reason',
}

/** Why a claim was lost, in the order of the list. */
export const LOST_REASONS: readonly MoveReason[] = [
  'no_answer',
  'wrong_number',
  'not_interested',
  'too_expensive',
  'hired_other',
  'already_done',
  'not_our_trade',
  'out_of_area',
  'duplicate',
  'other',
]

export function isMoveReason(word: string): word is MoveReason {
  return word in REASONS
}

export function reasonLabel(word: string): string {
  return isMoveReason(word) ? REASONS[word] : word
}

export function moveLabel({ from_stage, to_stage }: Move): string {
  if (to_stage === 'released') return 'Given back'
  if (from_stage === null) return 'Claimed'
  return from_stage === to_stage
    ? `${STAGE_WORDS[to_stage].label}, corrected`
    : `${STAGE_WORDS[from_stage].label} to ${STAGE_WORDS[to_stage].label.toLowerCase()}`
}

/** A refusal of the pipeline in words that say that nothing changed, and what to do. */
export function explainWork({ status, code, message }: Problem): Told {
  const alarm = (title: string, text: string): Told => ({ look: 'alarm', title, text, wayOut: null })
  if (code === 'version_conflict')
    return alarm(
      'Changed in the meantime.',
      'A colleague was quicker; you see the newest now. Nothing of yours was saved.',
    )
  if (code === 'forbidden')
    return alarm('Your role only looks.', 'Viewers cannot change claims. Nothing was saved.')
  if (status === 0 || status >= 500)
    return alarm('No answer.', 'Whether it was saved cannot be told; look before you send it again.')
  return alarm('Not saved.', `${message}.`)
}
