import Link from 'next/link'
import type { ReactNode } from 'react'

import type { Account, Credits, EntryPage, Member, TradeName } from '@/api/types'
import { formatCount, formatCredits, formatInstant } from '@/lib/format'
import { Page } from '@/ui/Page'

import { Caps } from './Caps'
import { Statement } from './Statement'

interface Props {
  credits: Credits
  page: EntryPage
  isFirstPage: boolean
  members: Member[]
  trades: TradeName[]
  role: Account['role']
  /** What stands below the statement. */
  refunds: ReactNode
  /** What stands below the caps. */
  zips: ReactNode
}

/** How the account stands, and every line that made it so. */
export function CreditsView({ credits, page, isFirstPage, members, trades, role, refunds, zips }: Props) {
  return (
    <Page>
      <div className="space-y-8">
        <h1 className="text-2xl font-bold tracking-tight">Credits</h1>
        <Standing credits={credits} />
        <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <div className="min-w-0 space-y-8">
            <section aria-labelledby="statement" className="space-y-3">
              <h2 id="statement" className="text-lg font-bold">
                Statement
              </h2>
              <Statement {...{ page, isFirstPage, members, trades }} />
            </section>
            <section aria-labelledby="refunds" className="space-y-3">
              <h2 id="refunds" className="text-lg font-bold">
                Credits that came back
              </h2>
              {refunds}
            </section>
          </div>
          <div className="space-y-8">
            <section aria-labelledby="caps" className="space-y-3">
              <h2 id="caps" className="text-lg font-bold">
                Caps
              </h2>
              <Caps caps={credits.caps} members={members} role={role} />
            </section>
            <section aria-labelledby="zips" className="space-y-3">
              <h2 id="zips" className="text-lg font-bold">
                Exclusive ZIPs
              </h2>
              {zips}
            </section>
          </div>
        </div>
      </div>
    </Page>
  )
}

function Standing({ credits }: { credits: Credits }) {
  const { balance, next_expiry, used_this_month, plan } = credits
  return (
    <dl className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <Tile name="Balance" value={formatCredits(balance)}>
        {balance === 0 ? (
          <Link href="/billing" className="link">
            Plans and packs
          </Link>
        ) : (
          'The sum of all lines below'
        )}
      </Tile>
      <Tile name="Goes next" value={next_expiry ? formatCredits(next_expiry.credits) : 'Nothing'}>
        {next_expiry ? `If unused, ${formatInstant(next_expiry.at)}` : 'Your credits stay good'}
      </Tile>
      <Tile name="Used this month" value={formatCount(used_this_month)}>
        By claims, what came back left out
      </Tile>
      <Tile name="Plan" value={plan?.name ?? 'None'}>
        {plan?.ends_at ? `Until ${formatInstant(plan.ends_at)}` : null}
      </Tile>
    </dl>
  )
}

function Tile({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  return (
    <div className="card p-4 sm:p-5">
      <dt className="text-sm text-ink-3">{name}</dt>
      <dd className="text-xl font-bold tracking-tight tabular-nums sm:text-2xl">{value}</dd>
      <dd className="mt-1 text-sm text-ink-3">{children}</dd>
    </div>
  )
}
