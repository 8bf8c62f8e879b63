import type { Billing, Payments, PriceList } from '@/api/types'
import { Notice } from '@/ui/Notice'
import { Page } from '@/ui/Page'
import { Tag } from '@/ui/Tag'

import { PaymentTables } from './PaymentTables'
import { Returned } from './Returned'
import { Shop } from './Shop'
import { Standing } from './Standing'
import { isRunning } from './words'

/** How the reader came back from the payment service, if so. */
export interface Return {
  checkout: 'done' | 'left' | null
  sessionId: string | null
}

interface Props {
  billing: Billing
  balance: number
  prices: PriceList
  /** null: only admins see what was paid. */
  payments: Payments | null
  returned: Return
}

/** What the account has, what it can buy, and what it paid. */
export function BillingView({ billing, balance, prices, payments, returned }: Props) {
  const isAdmin = payments !== null
  const hasBought = payments !== null && payments.items.length + payments.packs.length > 0
  return (
    <Page>
      <div className="space-y-8">
        <div className="space-y-4">
          <div className="flex flex-wrap items-center gap-3">
            <h1 className="text-2xl font-bold tracking-tight">Billing</h1>
            {billing.is_test && <Tag look="notice">Test payments</Tag>}
          </div>
          {returned.checkout === 'done' && (
            <Returned balance={balance} isBooked={isBooked(billing, payments, returned)} />
          )}
          {returned.checkout === 'left' && (
            <Notice look="notice" title="Nothing was bought.">
              You left the payment before it was done, and nothing was charged.
            </Notice>
          )}
          {billing.is_test && <p className="text-sm text-ink-3">Payments here are tests: no money moves.</p>}
        </div>
        <Standing {...{ billing, balance, prices, isAdmin, hasBought }} />
        <Buying billing={billing} prices={prices} isAdmin={isAdmin} />
        {payments && <PaymentTables payments={payments} prices={prices} />}
      </div>
    </Page>
  )
}

/** A pack is known by its session; a plan has come when its subscription runs and an invoice brought credits. */
function isBooked({ subscription }: Billing, payments: Payments | null, { sessionId }: Return): boolean {
  if (payments === null) return false
  const sale = payments.packs.find(({ session_id }) => session_id === sessionId)
  if (sale) return sale.status === 'paid'
  return isRunning(subscription) && payments.items.some(({ credits }) => credits > 0)
}

function Buying({ billing, prices, isAdmin }: { billing: Billing; prices: PriceList; isAdmin: boolean }) {
  if (!billing.is_configured) {
    return (
      <Notice look="notice" title="Nothing can be bought here yet.">
        Payments are not set up on this installation. What you have can be used as ever.
      </Notice>
    )
  }
  if (!isAdmin) {
    return (
      <Notice look="notice" title="Admins buy.">
        Plans and packs are bought by an owner or admin of your account.
      </Notice>
    )
  }
  return <Shop prices={prices} hasPlan={isRunning(billing.subscription)} />
}
