import type { ReactNode } from 'react'

import type { PriceList, TradeName } from '@/api/types'
import { formatCents, formatCounted, formatCredits, formatSpan } from '@/lib/format'
import { ButtonLink } from '@/ui/Button'
import { Page } from '@/ui/Page'

import { ClaimPrices } from './ClaimPrices'
import { PlanCard } from './PlanCard'
import { metroNames } from './words'

interface Props {
  prices: PriceList
  trades: TradeName[]
  isSignedIn: boolean
  /** Why credits come back, one line each. */
  children: ReactNode
}

/** Everything that is sold and on which terms, as the API says it; the page itself knows no price. */
export function PricingView({ prices, trades, isSignedIn, children }: Props) {
  return (
    <Page>
      <div className="space-y-12">
        <header className="space-y-4">
          <h1 className="text-3xl font-extrabold tracking-tight text-balance sm:text-4xl">
            You see the price before you claim
          </h1>
          <p className="max-w-prose text-lg text-pretty text-ink-2">
            Reading leads, scores and receipts costs nothing. A credit is spent when you claim a lead: that
            opens the names on its permit and takes one of its few places.
          </p>
          <Trial trial={prices.trial} isSignedIn={isSignedIn} />
        </header>
        <Plans prices={prices} isSignedIn={isSignedIn} />
        <Packs packs={prices.packs} />
        <Part id="claims" title="What a claim costs">
          <ClaimPrices claims={prices.claims} trades={trades} />
          <ExclusiveZip terms={prices.exclusive_zip} />
        </Part>
        <Refunds>{children}</Refunds>
        <Promises prices={prices} />
      </div>
    </Page>
  )
}

function Part({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="space-y-4">
      <h2 id={id} className="text-xl font-bold tracking-tight">
        {title}
      </h2>
      {children}
    </section>
  )
}

function Trial({ trial, isSignedIn }: { trial: PriceList['trial']; isSignedIn: boolean }) {
  if (trial.credits === 0) return null
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-3 rounded-xl bg-accent-soft p-5 text-accent-strong">
      <p className="flex-1 basis-72">
        <strong className="block text-lg">
          {formatCredits(trial.credits)} to try it, for {formatCounted(trial.days, 'day')}
        </strong>
        Every new account gets them. No card is asked for, and nothing is charged when they are over.
      </p>
      {isSignedIn ? (
        <ButtonLink href="/leads">Go to the leads</ButtonLink>
      ) : (
        <ButtonLink href="/sign-up">Create an account</ButtonLink>
      )}
    </div>
  )
}

function Plans({ prices, isSignedIn }: { prices: PriceList; isSignedIn: boolean }) {
  const hasMetroPlan = prices.plans.some(({ area }) => area === 'metro')
  return (
    <Part id="plans" title="Plans">
      <ul className="grid gap-4 md:grid-cols-3">
        {prices.plans.map((plan) => (
          <PlanCard key={plan.plan} plan={plan} />
        ))}
      </ul>
      {isSignedIn && (
        <ButtonLink href="/billing" look="quiet">
          Choose a plan
        </ButtonLink>
      )}
      <p className="max-w-prose text-sm text-ink-3">
        Prices are before tax. The credits of a month stay good for {formatSpan(prices.grant_days * 86_400)}.
        {hasMetroPlan && ` A metropolitan area is ${metroNames(prices)}.`}
      </p>
    </Part>
  )
}

function Packs({ packs }: { packs: PriceList['packs'] }) {
  if (packs.length === 0) return null
  return (
    <Part id="packs" title={packs.length === 1 ? 'A pack' : 'Packs'}>
      <ul className="grid gap-4 md:grid-cols-3">
        {packs.map(({ pack, name, credits, cents }) => (
          <li key={pack} className="card p-6">
            <h3 className="text-lg font-bold">{name}</h3>
            <p className="mt-1 text-2xl font-extrabold tracking-tight tabular-nums">
              {formatCents(cents)} <span className="text-base font-normal text-ink-3">once</span>
            </p>
            <p className="mt-2 text-sm text-ink-2">
              {formatCents(Math.round(cents / credits))} a credit. They stay good, with a plan or without one.
            </p>
          </li>
        ))}
      </ul>
    </Part>
  )
}

function ExclusiveZip({ terms }: { terms: PriceList['exclusive_zip'] }) {
  return (
    <p className="max-w-prose text-ink-2">
      A whole ZIP of one trade, in which nobody else may claim, costs {formatCredits(terms.credits)} for{' '}
      {formatCounted(terms.days, 'day')}. Two contractors can never hold the same one.
    </p>
  )
}

function Refunds({ children }: { children: ReactNode }) {
  return (
    <Part id="refunds" title="Credits that come back by themselves">
      <p className="max-w-prose text-ink-2">
        We hold the bytes the city published, so they decide, not we. Where they prove one of the following,
        the credits come back without your asking, with the proof beside them. For anything else you can ask;
        a person answers, and a refusal is looked at once more if you object.
      </p>
      {children}
      <p className="max-w-prose text-ink-2">
        What no record proves is not promised: an owner who does not answer, has hired somebody, or wants no
        work is a risk of the trade, and a score is an opinion. That is why you see the reasons, the openness
        and the price first.
      </p>
    </Part>
  )
}

function Promises({ prices }: { prices: PriceList }) {
  return (
    <section aria-labelledby="promises" className="card p-6 sm:p-8">
      <h2 id="promises" className="mb-4 text-xl font-bold tracking-tight">
        What you can rely on
      </h2>
      <ul className="grid gap-x-10 gap-y-4 text-ink-2 md:grid-cols-2">
        <Promise title="You see how far a lead is sold.">
          Before you claim, its page says how many places are taken, and until when somebody holds it alone.
          When two claim the last place at once, one gets it and the other is not charged.
        </Promise>
        <Promise title={`${formatSpan(prices.undo_seconds)} to undo.`}>
          Within {formatSpan(prices.undo_seconds)} a claim can be given back, and its credits come back at
          once.
        </Promise>
        <Promise title="A ledger nobody can rewrite.">
          Every credit that comes or goes is a line of your statement with what it came of. Your balance is
          the sum of these lines.
        </Promise>
        <Promise title="No higher score for money.">
          What an account pays never changes what a lead scores or who sees it first.
        </Promise>
      </ul>
    </section>
  )
}

function Promise({ title, children }: { title: string; children: ReactNode }) {
  return (
    <li>
      <strong className="font-semibold text-ink">{title}</strong> {children}
    </li>
  )
}
