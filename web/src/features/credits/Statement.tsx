import Link from 'next/link'
import type { ReactNode } from 'react'

import type { Entry, EntryPage, Member, TradeName } from '@/api/types'
import { formatCount, formatInstant, formatSigned } from '@/lib/format'
import { ButtonLink } from '@/ui/Button'
import { Icon } from '@/ui/Icon'

import { detail, entryTitle, leadsOfClaims } from './words'

export interface StatementProps {
  page: EntryPage
  isFirstPage: boolean
  members: Member[]
  trades: TradeName[]
}

const HEAD = 'border-line text-ink-3 border-b px-3 py-2 text-left text-xs font-semibold whitespace-nowrap'
const CELL = 'border-line border-b px-3 py-3 align-top'

/** Every credit that came or went, with what it came of and the balance after it. */
export function Statement({ page, isFirstPage, members, trades }: StatementProps) {
  const { items, next_cursor } = page
  if (items.length === 0) return <p className="text-ink-2">No credit has come or gone yet.</p>
  const leads = leadsOfClaims(items)
  return (
    <div className="space-y-4">
      <div className="overflow-x-auto card" tabIndex={0} role="region" aria-label="Lines of the statement">
        <table className="w-full border-collapse text-sm">
          <caption className="sr-only">Statement of credits, newest first</caption>
          <thead>
            <tr>
              <th scope="col" className={`${HEAD} max-sm:hidden`}>
                When
              </th>
              <th scope="col" className={HEAD}>
                What
              </th>
              <th scope="col" className={`${HEAD} text-right`}>
                Credits
              </th>
              <th scope="col" className={`${HEAD} text-right`}>
                Balance
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((entry) => (
              <Line key={entry.credit_entry_id} {...{ entry, leads, members, trades }} />
            ))}
          </tbody>
        </table>
      </div>
      <nav aria-label="Pages of the statement" className="flex flex-wrap items-center gap-3">
        {!isFirstPage && (
          <ButtonLink look="quiet" prefetch={false} href="/credits">
            Newest lines
          </ButtonLink>
        )}
        {next_cursor ? (
          <ButtonLink look="quiet" prefetch={false} href={`/credits?cursor=${next_cursor}#statement`}>
            Older lines <Icon name="right" />
          </ButtonLink>
        ) : (
          <p className="text-sm text-ink-3">End of the statement.</p>
        )}
      </nav>
    </div>
  )
}

interface LineProps {
  entry: Entry
  leads: Map<string, string>
  members: Member[]
  trades: TradeName[]
}

function Line({ entry, leads, members, trades }: LineProps) {
  const who = entry.claim_id && members.find(({ user_id }) => user_id === entry.user_id)?.email
  return (
    <tr data-entry={entry.reason} className="last:[&>*]:border-0">
      <td className={`${CELL} min-w-32 max-sm:hidden`}>
        <time dateTime={entry.recorded_at}>{formatInstant(entry.recorded_at)}</time>
      </td>
      <td className={CELL}>
        <span className="block font-semibold">{entryTitle(entry)}</span>
        <time dateTime={entry.recorded_at} className="block text-ink-3 sm:hidden">
          {formatInstant(entry.recorded_at)}
        </time>
        <Origin entry={entry} leads={leads} trades={trades} />
        {entry.expires_at !== null && entry.amount > 0 && (
          <span className="block text-ink-3">
            What is left of them goes {formatInstant(entry.expires_at)}.
          </span>
        )}
        {who && <span className="block [overflow-wrap:anywhere] text-ink-3">By {who}</span>}
      </td>
      <td className={`${CELL} text-right font-semibold tabular-nums`}>{formatSigned(entry.amount)}</td>
      <td className={`${CELL} text-right tabular-nums`}>{formatCount(entry.balance)}</td>
    </tr>
  )
}

/** What the line came of: a lead to open, a ZIP, an invoice, our reason, the refund below. */
function Origin({ entry, leads, trades }: Omit<LineProps, 'members'>): ReactNode {
  const leadId = detail(entry, 'lead_id') ?? (entry.claim_id === null ? null : leads.get(entry.claim_id))
  const trade = detail(entry, 'trade')
  const tradeLabel = trade && (trades.find((each) => each.trade === trade)?.label ?? trade)
  const facts = [
    detail(entry, 'kind') === 'exclusive_zip' &&
      [tradeLabel, detail(entry, 'zip')].filter(Boolean).join(', '),
    detail(entry, 'invoice') && `Invoice ${detail(entry, 'invoice')}`,
    detail(entry, 'kind') === 'operator' && detail(entry, 'reason'),
  ].filter(Boolean)
  return (
    <>
      {leadId && (
        <Link href={`/leads/${leadId}`} prefetch={false} className="inline-flex min-h-6 items-center link">
          {tradeLabel ?? 'The lead'}
        </Link>
      )}
      {facts.length > 0 && (
        <span className="block [overflow-wrap:anywhere] text-ink-3">{facts.join(', ')}</span>
      )}
      {entry.details['kind'] === 'evidence' && (
        <a href="#refunds" className="inline-flex min-h-6 items-center link">
          Evidence
        </a>
      )}
    </>
  )
}
