import type { LeadSummary } from '@/api/types'
import { formatUsd } from '@/lib/format'
import { Published } from '@/ui/Published'
import { Score } from '@/ui/Score'

import { Issued, type ListProps, Where, Work } from './LeadTable'
import { SelectableCard } from './selection'

/** The same leads for a narrow screen, one card each. */
export function LeadCards({ leads, now, isDemoMarked }: ListProps) {
  return (
    <ol className="space-y-3">
      {leads.map((lead) => (
        <LeadCard key={lead.lead_id} lead={lead} now={now} isDemoMarked={isDemoMarked} />
      ))}
    </ol>
  )
}

function LeadCard({ lead, now, isDemoMarked }: Omit<ListProps, 'leads'> & { lead: LeadSummary }) {
  return (
    <SelectableCard
      leadId={lead.lead_id}
      className="flex gap-4 card p-4 text-sm transition-colors data-[selected=true]:border-accent"
    >
      <Score score={lead.score} />
      <div className="min-w-0 flex-1 space-y-3">
        <Work lead={lead} isDemoMarked={isDemoMarked} />
        <dl className="grid grid-cols-2 gap-x-4 gap-y-2 border-t border-line pt-3">
          <div className="col-span-2">
            <dt className="sr-only">Where</dt>
            <dd>
              <Where lead={lead} />
            </dd>
          </div>
          <div>
            <dt className="text-xs text-ink-3">Issued</dt>
            <dd>
              <Issued lead={lead} now={now} />
            </dd>
          </div>
          <div>
            <dt className="text-xs text-ink-3">Declared cost</dt>
            <dd>
              <Published value={lead.est_project_cost && formatUsd(lead.est_project_cost)} />
            </dd>
          </div>
        </dl>
      </div>
    </SelectableCard>
  )
}
