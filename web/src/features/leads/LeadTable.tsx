import Link from 'next/link'

import type { LeadSummary } from '@/api/types'
import { formatCounted, formatDay, formatDaysAgo, formatSigned, formatUsd } from '@/lib/format'
import { Published } from '@/ui/Published'
import { Score } from '@/ui/Score'
import { Tag } from '@/ui/Tag'

import { SelectableRow } from './selection'
import { KIND_WORDS, OPENNESS_WORDS } from './words'

const HEAD = 'border-line text-ink-3 border-b px-3 py-2 text-left text-xs font-semibold whitespace-nowrap'
const CELL = 'border-line border-b px-3 py-3 align-top'

export interface ListProps {
  leads: LeadSummary[]
  now: Date
  /** Marks each demo row; needed only where demo rows and live rows stand together. */
  isDemoMarked: boolean
}

type RowProps = Omit<ListProps, 'leads'> & { lead: LeadSummary }

/** The leads of one page as a table, in the order of their scores. */
export function LeadTable({ leads, now, isDemoMarked }: ListProps) {
  return (
    <table className="w-full border-collapse text-sm">
      <caption className="sr-only">Leads, best score first</caption>
      <thead>
        <tr>
          <th scope="col" aria-sort="descending" className={HEAD}>
            Score <span aria-hidden="true">↓</span>
          </th>
          <th scope="col" className={HEAD}>
            Work
          </th>
          <th scope="col" className={HEAD}>
            Where
          </th>
          <th scope="col" className={HEAD}>
            Issued
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            Declared cost
          </th>
        </tr>
      </thead>
      <tbody>
        {leads.map((lead) => (
          <LeadRow key={lead.lead_id} lead={lead} now={now} isDemoMarked={isDemoMarked} />
        ))}
      </tbody>
    </table>
  )
}

function LeadRow({ lead, now, isDemoMarked }: RowProps) {
  return (
    <SelectableRow
      leadId={lead.lead_id}
      className="transition-colors hover:bg-sunken/60 data-[selected=true]:bg-accent-soft/60"
    >
      <td className={CELL}>
        <Score score={lead.score} />
      </td>
      <td className={`${CELL} min-w-56`}>
        <Work lead={lead} isDemoMarked={isDemoMarked} />
      </td>
      <td className={`${CELL} min-w-44`}>
        <Where lead={lead} />
      </td>
      <td className={`${CELL} whitespace-nowrap`}>
        <Issued lead={lead} now={now} />
      </td>
      <td className={`${CELL} text-right whitespace-nowrap tabular-nums`}>
        <Published value={lead.est_project_cost && formatUsd(lead.est_project_cost)} />
      </td>
    </SelectableRow>
  )
}

/** Trade, what is to be done in the publisher's words, and why it ranks where it does. */
export function Work({ lead, isDemoMarked }: { lead: LeadSummary; isDemoMarked: boolean }) {
  const openness = OPENNESS_WORDS[lead.openness]
  return (
    <div className="space-y-1">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Link
          href={`/leads/${lead.lead_id}`}
          prefetch={false}
          className="inline-flex min-h-6 items-center font-semibold text-ink underline-offset-3 hover:text-accent hover:underline"
        >
          {lead.trade_label}
          <span className="sr-only">
            , {lead.original_address1 ?? 'address not published'}, permit {lead.permit_num}
          </span>
        </Link>
        <Tag look={openness.look} title={openness.meaning}>
          {openness.label}
        </Tag>
        {lead.kind === 'adjacent' && (
          <Tag title={KIND_WORDS.adjacent.meaning}>{KIND_WORDS.adjacent.label}</Tag>
        )}
        {isDemoMarked && lead.simulated_note !== null && (
          <Tag look="notice" title={lead.simulated_note}>
            Demo
          </Tag>
        )}
      </div>
      <p className="line-clamp-2 max-w-prose text-ink-2">
        <Published value={lead.description ?? lead.permit_type_desc} />
      </p>
      <TopReasons lead={lead} />
    </div>
  )
}

function TopReasons({ lead }: { lead: LeadSummary }) {
  const reasons = lead.top_reasons.filter(({ points }) => points !== 0)
  if (reasons.length === 0) return null
  return (
    <ul aria-label="Strongest reasons" className="flex flex-wrap gap-x-3 text-xs text-ink-3">
      {reasons.map(({ rule, label, points }) => (
        <li key={rule}>
          <span className="font-semibold text-ink-2 tabular-nums">{formatSigned(points)}</span> {label}
        </li>
      ))}
    </ul>
  )
}

export function Where({ lead }: { lead: LeadSummary }) {
  const place = [lead.original_city ?? lead.county_name, lead.original_zip].filter(Boolean).join(' ')
  return (
    <>
      <span className="block font-medium">
        <Published value={lead.original_address1} />
      </span>
      <span className="block text-ink-3">{place}</span>
    </>
  )
}

/** The day of issue; where the publisher gives none, how old the permit is by another of its dates. */
export function Issued({ lead, now }: { lead: LeadSummary; now: Date }) {
  const { issued_date, age_days } = lead
  if (issued_date === null) {
    return (
      <>
        <Published value={null} />
        {age_days !== null && <span className="block text-ink-3">{formatCounted(age_days, 'day')} old</span>}
      </>
    )
  }
  return (
    <time dateTime={issued_date}>
      <span className="block">{formatDay(issued_date)}</span>
      <span className="block text-ink-3">{formatDaysAgo(issued_date, now)}</span>
    </time>
  )
}
