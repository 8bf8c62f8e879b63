import 'server-only'

import { cache } from 'react'

import { backend, bodyOf } from './client'
import type { Billing, NewCheckout, Payments } from './types'

/** The plan in force, the subscription, and what the account should know now. */
export const readBilling = cache(async (accessToken: string): Promise<Billing> =>
  bodyOf(await backend(accessToken).GET('/api/billing')),
)

/** Invoices and packs, newest first; for admins. */
export async function listPayments(accessToken: string): Promise<Payments> {
  return bodyOf(await backend(accessToken).GET('/api/billing/invoices'))
}

/** Where a plan or a pack is paid; asked again with the same key it is the same page. */
export async function openCheckout(
  accessToken: string,
  wanted: NewCheckout,
  writeKey: string,
): Promise<string> {
  const params = { header: { 'idempotency-key': writeKey } }
  return bodyOf(await backend(accessToken).POST('/api/billing/checkout', { params, body: wanted })).url
}

/** Where invoices, card and plan are seen and changed; good once. */
export async function openPortal(accessToken: string): Promise<string> {
  return bodyOf(await backend(accessToken).POST('/api/billing/portal')).url
}

export async function chooseMetro(accessToken: string, metro: string): Promise<Billing> {
  return bodyOf(await backend(accessToken).PUT('/api/billing/metro', { body: { metro } }))
}
