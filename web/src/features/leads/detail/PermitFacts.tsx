import type { LeadDetail } from '@/api/types'
import { FACT_GROUPS, type Fact, formatFact } from '@/lib/permitFields'
import { Icon } from '@/ui/Icon'
import { Published } from '@/ui/Published'

import { receiptHref, tracedFields } from './tracing'

/** The permit field by field, with a receipt for each value that can be traced. */
export function PermitFacts({ lead }: { lead: LeadDetail }) {
  const traced = new Set(tracedFields(lead.receipts).map(({ field }) => field))
  return (
    <div className="gap-x-10 xl:columns-2">
      {FACT_GROUPS.map(({ title, facts }, index) => (
        <div key={title} className={`mb-6 break-inside-avoid ${index === 0 ? '[column-span:all]' : ''}`}>
          <h3 className="mb-1 eyebrow">{title}</h3>
          <dl>
            {facts.map((fact) => (
              <FactRow
                key={fact.field}
                fact={fact}
                value={Object.entries(lead.permit).find(([field]) => field === fact.field)?.[1]}
                isTraced={traced.has(fact.field)}
              />
            ))}
          </dl>
        </div>
      ))}
    </div>
  )
}

interface RowProps {
  fact: Fact
  value: unknown
  isTraced: boolean
}

function FactRow({ fact, value, isTraced }: RowProps) {
  return (
    <div className="flex items-start gap-3 border-b border-line py-1.5 text-sm">
      <dt className="w-2/5 max-w-44 shrink-0 text-ink-3">{fact.label}</dt>
      <dd data-fact={fact.field} className="min-w-0 flex-1 font-medium [overflow-wrap:anywhere]">
        <FactValue fact={fact} value={value} />
      </dd>
      {isTraced && (
        <dd className="shrink-0">
          <a
            href={receiptHref(fact.field)}
            aria-label={`Receipt for ${fact.label}`}
            title="Receipt"
            className="inline-flex size-6 items-center justify-center rounded text-accent hover:bg-accent-soft"
          >
            <Icon name="receipt" />
          </a>
        </dd>
      )}
    </div>
  )
}

function FactValue({ fact, value }: Pick<RowProps, 'fact' | 'value'>) {
  const text = formatFact(fact.kind, value)
  if (text !== null && fact.kind === 'link' && /^https?:\/\//.test(text)) {
    return (
      <a href={text} rel="noreferrer" className="link">
        {text}
      </a>
    )
  }
  return <Published value={text} />
}
