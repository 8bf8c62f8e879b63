import type { Metadata } from 'next'
import { connection } from 'next/server'

import { listTrades, readPrices } from '@/api/catalog'
import { readSession } from '@/api/session'
import { PricingView } from '@/features/pricing/PricingView'
import { RefundReasons } from '@/features/refunds/RefundReasons'

export const metadata: Metadata = { title: 'Pricing' }

/** Prices stand even where nobody can say who is signed in. */
export default async function PricingPage() {
  await connection()
  const session = readSession().catch(() => null)
  const [prices, trades] = await Promise.all([readPrices(), listTrades()])
  return (
    <PricingView prices={prices} trades={trades} isSignedIn={(await session) !== null}>
      <RefundReasons />
    </PricingView>
  )
}
