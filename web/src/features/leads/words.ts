import type { County } from '@/api/types'
import type { Kind, Openness } from '@/lib/leadFilter'
import type { TagLook } from '@/ui/Tag'

interface Word {
  label: string
  meaning: string
  look: TagLook
}

export const OPENNESS_WORDS: Record<Openness, Word> = {
  open: { label: 'Open', meaning: 'No company of this trade is named on the permit.', look: 'accent' },
  likely: {
    label: 'Likely open',
    meaning: 'A general contractor holds the permit; this trade may still be let.',
    look: 'plain',
  },
  taken: {
    label: 'Taken',
    meaning: 'A company of this trade is named on the permit: the work is sold.',
    look: 'warn',
  },
  closed: { label: 'Closed', meaning: 'The permit is finished, cancelled or expired.', look: 'warn' },
}

export const KIND_WORDS: Record<Kind, Word> = {
  direct: { label: 'Direct', meaning: 'The permit itself is for this trade.', look: 'plain' },
  adjacent: {
    label: 'Adjacent',
    meaning: 'The permit is for other work that this trade usually follows.',
    look: 'plain',
  },
}

/** "Travis County, TX"; the FIPS code where the atlas of names has none. */
export function countyName({ county_fips, name, state }: County): string {
  return [name ?? `County ${county_fips}`, state].filter(Boolean).join(', ')
}
