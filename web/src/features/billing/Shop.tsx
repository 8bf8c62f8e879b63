import type { ReactNode } from 'react'

import type { PriceList } from '@/api/types'
import { formatCents, formatCredits } from '@/lib/format'

import { buyPack, buyPlan } from './actions'
import { BillingForm } from './BillingForm'
import { MetroField } from './MetroField'

interface Props {
  prices: PriceList
  /** A plan runs: another is chosen in the portal. */
  hasPlan: boolean
}

/** What can be bought; the payment itself is on a page of the payment service. */
export function Shop({ prices, hasPlan }: Props) {
  return (
    <section aria-labelledby="buy" className="space-y-4">
      <h2 id="buy" className="text-lg font-bold">
        Buy
      </h2>
      <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {prices.packs.map(({ pack, name, credits, cents }) => (
          <Offer
            key={pack}
            title={name}
            price={`${formatCents(cents)} once`}
            text={`${formatCredits(credits)} that stay good.`}
          >
            <BillingForm action={buyPack} label={`Buy ${name}`} pendingLabel="Opening…">
              <Hidden values={{ pack }} />
            </BillingForm>
          </Offer>
        ))}
        {!hasPlan &&
          prices.plans.map((plan) => (
            <Offer
              key={plan.plan}
              title={plan.name}
              price={`${formatCents(plan.cents_a_month)} a month`}
              text={`${formatCredits(plan.credits_a_month)} a month.`}
            >
              <BillingForm action={buyPlan} label={`Choose ${plan.name}`} pendingLabel="Opening…">
                <Hidden values={{ plan: plan.plan }} />
                {plan.area === 'metro' && <MetroField metros={prices.metros} />}
              </BillingForm>
            </Offer>
          ))}
      </ul>
      <p className="text-sm text-ink-3">
        Prices are before tax. {hasPlan && 'Another plan is chosen where this one is changed.'}
      </p>
    </section>
  )
}

function Hidden({ values }: { values: Record<string, string> }) {
  return (
    <>
      <input type="hidden" name="write_key" value={crypto.randomUUID()} />
      {Object.entries(values).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
    </>
  )
}

interface OfferProps {
  title: string
  price: string
  text: string
  children: ReactNode
}

function Offer({ title, price, text, children }: OfferProps) {
  return (
    <li className="flex flex-col gap-3 card p-5">
      <div className="flex-1">
        <h3 className="font-bold">{title}</h3>
        <p className="text-lg font-semibold tabular-nums">{price}</p>
        <p className="text-sm text-ink-2">{text}</p>
      </div>
      {children}
    </li>
  )
}
