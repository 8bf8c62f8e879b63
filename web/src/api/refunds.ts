import 'server-only'

import { backend, bodyOf } from './client'
import type { NewRefundRequest, Refund, RefundPage, RefundRequest } from './types'

const MOST_PAGES = 20

interface Page<Row> {
  items: Row[]
  next_cursor: string | null
}

/** Credits that came back, newest first, each with its evidence. */
export async function listRefunds(accessToken: string, cursor?: string): Promise<RefundPage> {
  return bodyOf(await backend(accessToken).GET('/api/refunds', { params: { query: { cursor } } }))
}

/** What came back of a claim; null: nothing did. */
export async function findRefund(accessToken: string, claimId: string): Promise<Refund | null> {
  return findOfClaim(claimId, (cursor) => listRefunds(accessToken, cursor))
}

/** What was asked for a claim; null: nothing was. */
export async function findRefundRequest(accessToken: string, claimId: string): Promise<RefundRequest | null> {
  return findOfClaim(claimId, async (cursor) =>
    bodyOf(await backend(accessToken).GET('/api/refund-requests', { params: { query: { cursor } } })),
  )
}

async function findOfClaim<Row extends { claim_id: string }>(
  claimId: string,
  readPage: (cursor: string | undefined) => Promise<Page<Row>>,
): Promise<Row | null> {
  let cursor: string | undefined
  for (let read = 0; read < MOST_PAGES; read += 1) {
    const page = await readPage(cursor)
    const found = page.items.find(({ claim_id }) => claim_id === claimId)
    if (found || page.next_cursor === null) return found ?? null
    cursor = page.next_cursor
  }
  return null
}

export async function requestRefund(
  accessToken: string,
  wanted: NewRefundRequest,
  writeKey: string,
): Promise<RefundRequest> {
  const params = { header: { 'idempotency-key': writeKey } }
  return bodyOf(await backend(accessToken).POST('/api/refund-requests', { params, body: wanted }))
}

/** Asks for a second look at a refusal, once. */
export async function appealRefund(
  accessToken: string,
  requestId: string,
  words: string,
): Promise<RefundRequest> {
  return bodyOf(
    await backend(accessToken).POST('/api/refund-requests/{refund_request_id}/appeal', {
      params: { path: { refund_request_id: requestId } },
      body: { words },
    }),
  )
}
