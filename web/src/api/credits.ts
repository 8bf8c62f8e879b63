import 'server-only'

import { cache } from 'react'

import { backend, bodyOf } from './client'
import type { Cap, Credits, EntryPage, EntryReason, ExclusiveZips, Offer } from './types'

/** Balance, what expires next, this month's use, caps and plan. */
export const readCredits = cache(async (accessToken: string): Promise<Credits> =>
  bodyOf(await backend(accessToken).GET('/api/credits')),
)

/** What a lead costs and how far it is sold; null: it has no price. */
export async function readOffer(accessToken: string, leadId: string): Promise<Offer | null> {
  const query = { lead_id: [leadId] }
  const { offers } = bodyOf(await backend(accessToken).GET('/api/offers', { params: { query } }))
  return offers[0] ?? null
}

/** The ledger, newest first; the cursor of one page asks for the next. */
export async function listEntries(
  accessToken: string,
  asked: { reason?: EntryReason[]; cursor?: string; limit?: number },
): Promise<EntryPage> {
  return bodyOf(await backend(accessToken).GET('/api/credits/entries', { params: { query: asked } }))
}

/** Sets the most that claims may take in a month; null takes the cap away. */
export async function changeCap(
  accessToken: string,
  userId: string | null,
  creditsAMonth: number | null,
): Promise<Cap[]> {
  const body = { user_id: userId, credits_a_month: creditsAMonth }
  return bodyOf(await backend(accessToken).PUT('/api/credits/caps', { body })).caps
}

/** ZIPs in which nobody but the account may claim now, and what one costs. */
export async function listExclusiveZips(accessToken: string): Promise<ExclusiveZips> {
  return bodyOf(await backend(accessToken).GET('/api/exclusive-zips'))
}

/** Buys a ZIP and trade, or holds it longer; sent again with the same key it is done once. */
export async function buyExclusiveZip(
  accessToken: string,
  wanted: { trade: string; zip: string },
  writeKey: string,
): Promise<ExclusiveZips['items'][number]> {
  const params = { header: { 'idempotency-key': writeKey } }
  return bodyOf(await backend(accessToken).POST('/api/exclusive-zips', { params, body: wanted }))
}
