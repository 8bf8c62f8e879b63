import Link from 'next/link'
import type { ReactNode } from 'react'

import type { Account, ClaimDetail, Credits, LeadDetail, Offer, PriceList } from '@/api/types'
import { formatCredits, formatInstant, formatSpan } from '@/lib/format'
import { Notice } from '@/ui/Notice'
import { PublishedNames } from '@/ui/PublishedNames'

import { ClaimDesk } from './ClaimDesk'
import { Seats } from './Seats'

interface Props {
  lead: LeadDetail
  offer: Offer | null
  claim: ClaimDetail | null
  credits: Credits
  role: Account['role']
  prices: PriceList
  now: Date
}

/** What the lead costs and how far it is sold, before anything is bought; then the names, and the way back. */
export function ClaimPanel(props: Props) {
  const { lead, offer, claim, credits, now } = props
  const hurdle = claim ? null : findHurdle(props)
  const canBuyAlone =
    offer !== null && offer.is_exclusive_possible && credits.balance >= offer.exclusive_credits
  return (
    <section aria-labelledby="claim" className="space-y-4 card p-5 sm:p-6">
      <h2 id="claim" className="text-lg font-bold">
        {claim ? 'You hold this lead' : 'Claim this lead'}
      </h2>
      {offer && <Terms offer={offer} claim={claim} balance={credits.balance} />}
      {claim && <PublishedNames people={claim.people} />}
      {!claim && offer && <NamesInside names={offer.names} />}
      {claim && (
        <p className="flex flex-wrap gap-x-6 gap-y-2">
          <Link href={`/my-leads/${claim.claim_id}`} prefetch={false} className="font-semibold link">
            Stage, notes and tasks
          </Link>
          <Link href={`/my-leads/${claim.claim_id}#report`} prefetch={false} className="link">
            Report a problem
          </Link>
        </p>
      )}
      {hurdle}
      <ClaimDesk
        leadId={lead.lead_id}
        writeKey={crypto.randomUUID()}
        sale={
          claim || hurdle || !offer
            ? null
            : { credits: offer.credits, exclusiveCredits: canBuyAlone ? offer.exclusive_credits : null }
        }
        undo={claim && undoOf(claim, now)}
      />
      {!claim && !hurdle && <SmallPrint prices={props.prices} />}
    </section>
  )
}

/** One second is kept back for the way to the server: what comes too late is given back without its credits. */
function undoOf({ claim_id, credits, undo_until }: ClaimDetail, now: Date) {
  if (undo_until === null) return null
  const secondsLeft = Math.floor((Date.parse(undo_until) - now.getTime()) / 1000) - 1
  return secondsLeft > 0 ? { claimId: claim_id, credits, secondsLeft } : null
}

/** Why the lead cannot be bought now, with the way out; null: it can. */
function findHurdle({ lead, offer, credits, role }: Props): ReactNode {
  if (lead.openness === 'taken' || lead.openness === 'closed') {
    return (
      <Notice look="notice" title="Not for sale.">
        Its work is {lead.openness === 'taken' ? 'sold' : 'over'}. Only open and likely open leads are sold.
      </Notice>
    )
  }
  if (offer === null) {
    return (
      <Notice look="notice" title="No price.">
        Nothing is sold here yet.
      </Notice>
    )
  }
  return findOfferHurdle(offer) ?? findAccountHurdle(offer, credits, role)
}

function findOfferHurdle({ sold, seats, exclusive_until, is_in_plan }: Offer): ReactNode {
  if (exclusive_until !== null) {
    return (
      <Notice look="warn" title="Held exclusively.">
        Another contractor holds it alone until {formatInstant(exclusive_until)}.
      </Notice>
    )
  }
  if (sold >= seats) {
    return (
      <Notice look="warn" title="Sold out.">
        As many contractors hold it as may.
      </Notice>
    )
  }
  if (is_in_plan) return null
  return (
    <Notice look="warn" title="Outside your plan.">
      Your plan does not reach this place. <WayOut href="/pricing">What each plan reaches</WayOut>
    </Notice>
  )
}

function findAccountHurdle(offer: Offer, credits: Credits, role: Account['role']): ReactNode {
  if (role === 'viewer') {
    return (
      <Notice look="notice" title="Your role only looks.">
        Viewers cannot claim; ask an admin of your account for another role.
      </Notice>
    )
  }
  if (credits.balance >= offer.credits) return null
  return (
    <Notice look="warn" title="Not enough credits.">
      The claim costs {formatCredits(offer.credits)}, and your account has {credits.balance}.{' '}
      <WayOut href="/billing">Plans and packs</WayOut>
    </Notice>
  )
}

function WayOut({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="font-semibold underline underline-offset-3">
      {children}
    </Link>
  )
}

function Terms({ offer, claim, balance }: { offer: Offer; claim: ClaimDetail | null; balance: number }) {
  return (
    <dl className="grid grid-cols-2 gap-4 text-sm lg:grid-cols-4">
      <Term name={claim ? 'You paid' : 'Price'}>{formatCredits(claim ? claim.credits : offer.credits)}</Term>
      <Term name="Sold">
        <Seats sold={offer.sold} seats={offer.seats} />
      </Term>
      <Term name="Exclusive">{claim ? ownExclusive(claim) : exclusiveWords(offer)}</Term>
      <Term name="Your balance">{formatCredits(balance)}</Term>
    </dl>
  )
}

/** What the claim would open, before it is paid for. */
function NamesInside({ names }: { names: Offer['names'] }) {
  const opened = names.map((name) => NAMES[name])
  return (
    <p className="text-sm">
      <span className="text-ink-3">Names on the permit: </span>
      {opened.length > 0 ? (
        <strong>{new Intl.ListFormat('en-US').format(opened)}, open after the claim</strong>
      ) : (
        <strong>none published</strong>
      )}
    </p>
  )
}

const NAMES: Record<Offer['names'][number], string> = {
  owner: 'owner',
  applicant: 'applicant',
  contractor: 'contractor’s person',
}

function ownExclusive({ is_exclusive, exclusive_until }: ClaimDetail): string {
  return is_exclusive && exclusive_until ? `Yours alone until ${formatInstant(exclusive_until)}` : 'No'
}

function exclusiveWords(offer: Offer): string {
  const { exclusive_credits, exclusive_hours, exclusive_until, is_exclusive_possible } = offer
  if (exclusive_until !== null) return `Another’s until ${formatInstant(exclusive_until)}`
  if (!is_exclusive_possible) return 'Not possible, others hold it'
  return `${formatCredits(exclusive_credits)}, yours alone for ${formatSpan(exclusive_hours * 3600)}`
}

function Term({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-ink-3">{name}</dt>
      <dd className="font-semibold">{children}</dd>
    </div>
  )
}

function SmallPrint({ prices }: { prices: PriceList }) {
  return (
    <p className="text-sm text-ink-3">
      A claim opens the names on the permit, where the publisher gives any. Telephone numbers and e-mail
      addresses are not part of it. Within {formatSpan(prices.undo_seconds)} you can undo it and get the
      credits back.
    </p>
  )
}
