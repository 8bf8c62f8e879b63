import type { ReactNode } from 'react'

import type { Billing, PriceList, Subscription } from '@/api/types'
import { formatCents, formatCount, formatCredits, formatInstant } from '@/lib/format'
import { Tag } from '@/ui/Tag'

import { enterPortal, setMetro } from './actions'
import { BillingForm } from './BillingForm'
import { MetroField } from './MetroField'
import { isRunning, statusWord } from './words'

interface Props {
  billing: Billing
  balance: number
  prices: PriceList
  isAdmin: boolean
  hasBought: boolean
}

/** The plan in force, what is paid for it, and where it is changed. */
export function Standing({ billing, balance, prices, isAdmin, hasBought }: Props) {
  const { plan, subscription, is_configured } = billing
  const metro = prices.metros.find((each) => each.metro === plan?.metro)
  return (
    <section
      aria-labelledby="standing"
      className="grid gap-6 card p-5 sm:p-6 lg:grid-cols-[minmax(0,1fr)_18rem]"
    >
      <div className="space-y-4">
        <div className="flex flex-wrap items-center gap-3">
          <h2 id="standing" className="text-lg font-bold">
            {plan ? `${plan.name} in force` : 'No plans are set up here'}
          </h2>
          {subscription && <SubscriptionTag subscription={subscription} />}
        </div>
        <dl className="grid grid-cols-2 gap-4 text-sm sm:grid-cols-3">
          <Term name="Balance">{formatCredits(balance)}</Term>
          {plan && <Term name="Members">Up to {formatCount(plan.seats)}</Term>}
          {plan?.area === 'metro' && <Term name="Area">{metro?.name ?? 'Not chosen yet'}</Term>}
          {plan?.ends_at && <Term name="Ends">{formatInstant(plan.ends_at)}</Term>}
          {subscription && <Periods subscription={subscription} />}
        </dl>
      </div>
      <div className="space-y-4">
        {isAdmin && is_configured && hasBought && (
          <BillingForm
            action={enterPortal}
            label={isRunning(subscription) ? 'Change, pay or cancel' : 'Card and invoices'}
            pendingLabel="Opening…"
            look="quiet"
          />
        )}
        {isAdmin && plan?.area === 'metro' && (
          <BillingForm action={setMetro} label="Save the area" pendingLabel="Saving…" look="quiet">
            <MetroField key={plan.metro} metros={prices.metros} chosen={plan.metro} />
          </BillingForm>
        )}
      </div>
    </section>
  )
}

function SubscriptionTag({ subscription }: { subscription: Subscription }) {
  const { label, look } = statusWord(subscription)
  return <Tag look={look}>{label}</Tag>
}

function Periods({ subscription }: { subscription: Subscription }) {
  const { name, status, cents_a_month, current_period_end, cancel_at, cancel_at_period_end, past_due_since } =
    subscription
  const ends = cancel_at ?? (cancel_at_period_end ? current_period_end : null)
  if (!isRunning(subscription)) {
    return subscription.ended_at && <Term name={`${name} ended`}>{formatInstant(subscription.ended_at)}</Term>
  }
  return (
    <>
      <Term name="Price">{formatCents(cents_a_month)} a month, before tax</Term>
      {ends && <Term name="Canceled, runs until">{formatInstant(ends)}</Term>}
      {!ends && status === 'active' && current_period_end && (
        <Term name="Paid until">{formatInstant(current_period_end)}</Term>
      )}
      {past_due_since && <Term name="Payment failed">{formatInstant(past_due_since)}</Term>}
      {subscription.next_payment_attempt && (
        <Term name="We try again">{formatInstant(subscription.next_payment_attempt)}</Term>
      )}
    </>
  )
}

function Term({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-ink-3">{name}</dt>
      <dd className="font-semibold">{children}</dd>
    </div>
  )
}
