import type { Metadata } from 'next'
import { redirect } from 'next/navigation'

import { readAccount } from '@/api/account'
import { listPayments, readBilling } from '@/api/billing'
import { readPrices } from '@/api/catalog'
import { readCredits } from '@/api/credits'
import { readSession } from '@/api/session'
import type { Payments } from '@/api/types'
import { BillingView } from '@/features/billing/BillingView'
import { signInHref } from '@/lib/paths'

export const metadata: Metadata = { title: 'Billing' }

async function findPayments(accessToken: string): Promise<Payments | null> {
  const { role } = await readAccount(accessToken)
  return role === 'owner' || role === 'admin' ? listPayments(accessToken) : null
}

export default async function BillingPage({ searchParams }: PageProps<'/billing'>) {
  const { checkout, session_id } = await searchParams
  const session = await readSession()
  if (!session) redirect(signInHref('/billing'))
  const { accessToken } = session
  const [billing, { balance }, prices, payments] = await Promise.all([
    readBilling(accessToken),
    readCredits(accessToken),
    readPrices(),
    findPayments(accessToken),
  ])
  const returned = {
    checkout: checkout === 'done' || checkout === 'left' ? checkout : null,
    sessionId: typeof session_id === 'string' ? session_id : null,
  } as const
  return <BillingView {...{ billing, balance, prices, payments, returned }} />
}
