import 'server-only'

import { readConfig } from '@/lib/config'
import { type LeadFilter, shownOpenness } from '@/lib/leadFilter'

import { listTrades } from './catalog'
import { backend, bodyOf } from './client'
import { backendError, unreachable } from './errors'
import type { LeadDetail, LeadPage, TradeId } from './types'

/** Leads the reader may see, best score first; the cursor of one page asks for the next. */
export async function listLeads(accessToken: string, filter: LeadFilter): Promise<LeadPage> {
  const known = new Set((await listTrades()).map(({ trade }) => trade))
  const isKnown = (word: string): word is TradeId => known.has(word)
  const kind = filter.kind === undefined ? [] : [filter.kind]
  const query = { ...filter, kind, trade: filter.trade.filter(isKnown), openness: [...shownOpenness(filter)] }
  return bodyOf(await backend(accessToken).GET('/api/leads', { params: { query } }))
}

export async function readLead(accessToken: string, leadId: string): Promise<LeadDetail> {
  return bodyOf(
    await backend(accessToken).GET('/api/leads/{lead_id}', { params: { path: { lead_id: leadId } } }),
  )
}

/** The archived page as the publisher sent it, streamed; its sha-256 is its name. */
export async function openArchivedPage(accessToken: string, sha256: string): Promise<Response> {
  const address = new URL(`/api/pages/${sha256}`, readConfig().backendUrl)
  const headers = { Authorization: `Bearer ${accessToken}` }
  const response = await fetch(address, { headers, cache: 'no-store' }).catch((cause: unknown) => {
    throw unreachable(cause)
  })
  if (!response.ok) throw backendError(response.status, await response.json().catch(() => null))
  return response
}
