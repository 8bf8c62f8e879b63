import { REASONS } from './words'

/** What brings credits back by itself, and what proves it. */
export function RefundReasons() {
  return (
    <dl className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
      {Object.entries(REASONS)
        .filter(([reason]) => reason !== 'granted')
        .map(([reason, { label, proof }]) => (
          <div key={reason} className="border-t-2 border-accent pt-3">
            <dt className="font-semibold">{label}</dt>
            <dd className="text-sm text-ink-2">{proof}</dd>
          </div>
        ))}
    </dl>
  )
}
