import type { Refund } from '@/api/types'

import { evidenceFacts } from './words'

/** What a refund rests on: the city's own words, and the archived rows they stand in. */
export function Evidence({ evidence }: { evidence: Refund['evidence'] }) {
  const facts = evidenceFacts(evidence)
  const sha = evidence['page_sha256']
  const row = evidence['page_row']
  return (
    <>
      {facts.length > 0 && (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-ink-2">
          {facts.map(({ label, text }) => (
            <div key={label} className="contents">
              <dt className="text-ink-3">{label}</dt>
              <dd className="[overflow-wrap:anywhere]">{text}</dd>
            </div>
          ))}
        </dl>
      )}
      {typeof sha === 'string' && (
        <p>
          <a href={`/archive/${sha}`} download className="inline-flex min-h-6 items-center link">
            The archived rows{typeof row === 'number' && `, row ${row + 1}`}
          </a>
        </p>
      )}
    </>
  )
}
