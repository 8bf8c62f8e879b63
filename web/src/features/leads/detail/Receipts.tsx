import type { FieldReceipt, Receipts as ReceiptsData } from '@/api/types'
import { formatBytes, formatCount } from '@/lib/format'
import { factLabel, formatField } from '@/lib/permitFields'
import { buttonClass } from '@/ui/Button'
import { DemoNotice } from '@/ui/DemoNotice'
import { Icon } from '@/ui/Icon'
import { Notice } from '@/ui/Notice'
import { Published } from '@/ui/Published'
import { Instant } from '@/ui/Time'

import { receiptId, tracedFields } from './tracing'

interface Props {
  receipts: ReceiptsData
  now: Date
}

/** What the page that the publisher sent says, field by field, and where to get its bytes. */
export function Receipts({ receipts, now }: Props) {
  return (
    <div className="space-y-5">
      {receipts.problem !== null && (
        <Notice look="alarm" title="The receipts cannot be shown.">
          {receipts.problem}
        </Notice>
      )}
      {receipts.page && <ArchivedPage page={receipts.page} now={now} />}
      <ol className="space-y-3">
        {tracedFields(receipts).map((receipt) => (
          <Receipt key={receipt.field} receipt={receipt} />
        ))}
      </ol>
    </div>
  )
}

type PageData = NonNullable<ReceiptsData['page']>

function ArchivedPage({ page, now }: { page: PageData; now: Date }) {
  return (
    <section aria-label="Archived page" className="space-y-3 text-sm">
      <DemoNotice notes={[page.simulated_note]} />
      <p className="text-ink-2">
        Row {formatCount(page.page_row + 1)} of the page that the publisher sent on{' '}
        <Instant at={page.fetched_at} now={now} />.
      </p>
      <dl className="space-y-2">
        <div>
          <dt className="eyebrow">Asked for</dt>
          <dd className="font-mono text-xs [overflow-wrap:anywhere]">
            {page.method} {page.url}
          </dd>
        </div>
        <div>
          <dt className="eyebrow">sha-256 of the bytes</dt>
          <dd className="font-mono text-xs [overflow-wrap:anywhere]" data-page-sha256={page.page_sha256}>
            {page.page_sha256}
          </dd>
        </div>
      </dl>
      <a href={`/archive/${page.page_sha256}`} download className={buttonClass('quiet')}>
        <Icon name="download" />
        Download its rows
      </a>
      <p className="text-ink-3">
        The archive keeps the page byte for byte ({formatBytes(page.byte_count)}) under this number. The
        download has its rows as the publisher wrote them, without the columns that may name a person.
      </p>
    </section>
  )
}

function Receipt({ receipt }: { receipt: FieldReceipt }) {
  const { field, label, value, raw_values, withheld_columns, rule } = receipt
  const withheld = new Set(withheld_columns)
  return (
    <li
      id={receiptId(field)}
      data-receipt={field}
      className="rounded-lg border border-line p-3.5 text-sm target:border-accent target:bg-accent-soft/50"
    >
      <p className="text-ink-3">{factLabel(field) ?? label}</p>
      <p className="font-semibold [overflow-wrap:anywhere]">
        <Published value={formatField(field, value)} />
      </p>
      <dl className="mt-2 space-y-1.5">
        {Object.entries(raw_values).map(([column, raw]) => (
          <div key={column} className="rounded bg-sunken px-2.5 py-1.5">
            <dt className="font-mono text-xs text-ink-3">{column}</dt>
            <dd data-raw={column} className="font-mono text-xs [overflow-wrap:anywhere] whitespace-pre-wrap">
              {withheld.has(column) ? <Withheld /> : <Published value={raw} />}
            </dd>
          </div>
        ))}
      </dl>
      {rule !== null && <p className="mt-2 text-xs text-ink-3">Rule: {rule}</p>}
    </li>
  )
}

/** The publisher wrote something here that may name a person, so it stays in the archive. */
function Withheld() {
  return <span className="font-sans text-ink-3">Withheld: it may name a person</span>
}
