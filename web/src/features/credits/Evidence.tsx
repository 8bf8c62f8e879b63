import type { Entry } from '@/api/types'

/** Why credits came back, where the entry says it. */
export function Evidence({ entry }: { entry: Entry }) {
  const { evidence } = entry.details
  if (typeof evidence !== 'object' || evidence === null) return null
  const facts = Object.entries(evidence).filter(([, value]) => ['string', 'number'].includes(typeof value))
  if (facts.length === 0) return null
  return (
    <dl className="mt-1 space-y-0.5 text-ink-3">
      {facts.map(([name, value]) => (
        <div key={name} className="flex gap-1.5">
          <dt>{name.replaceAll('_', ' ')}:</dt>
          <dd className="[overflow-wrap:anywhere]">{String(value)}</dd>
        </div>
      ))}
    </dl>
  )
}
