/** Claims by stage: the stage and the page live in the URL; this module is the only reader and writer of it. */

export const STAGES = ['new', 'contacted', 'quoted', 'won', 'lost'] as const
export type StageWord = (typeof STAGES)[number]

export interface ClaimFilter {
  stage?: StageWord
  cursor?: string
}

type Params = Record<string, string | string[] | undefined>

/** What an address asks for; a stage that is none is left out. */
export function parseClaimFilter({ stage, cursor }: Params): ClaimFilter {
  return {
    stage: STAGES.find((known) => known === stage),
    cursor: typeof cursor === 'string' && cursor !== '' ? cursor : undefined,
  }
}

export function claimsHref({ stage, cursor }: ClaimFilter): string {
  const query = new URLSearchParams()
  if (stage) query.set('stage', stage)
  if (cursor) query.set('cursor', cursor)
  return query.size > 0 ? `/my-leads?${query}` : '/my-leads'
}

/** Dollars as typed ("$18,400.50") in cents; null where they are no amount. */
export function parseCents(text: string): number | null {
  const bare = text.replace(/[$,\s]/g, '')
  if (!/^\d{1,10}(\.\d{1,2})?$/.test(bare)) return null
  return Math.round(Number(bare) * 100)
}
