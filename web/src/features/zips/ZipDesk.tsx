import type { ExclusiveZips, TradeName } from '@/api/types'
import { formatCounted, formatCredits, formatInstant } from '@/lib/format'

import { ZipForm } from './ZipForm'

interface Props {
  zips: ExclusiveZips
  trades: TradeName[]
  canBuy: boolean
}

/** ZIPs in which nobody else may claim: those that are held, and the way to another. */
export function ZipDesk({ zips, trades, canBuy }: Props) {
  const { items, terms } = zips
  const price = `${formatCredits(terms.credits)} for ${formatCounted(terms.days, 'day')}`
  return (
    <div className="space-y-4 card p-5 text-sm">
      <p className="text-ink-2">
        A ZIP of one trade, in which nobody else may claim: {price}. Bought again, it is held longer.
      </p>
      {items.length > 0 && (
        <ul aria-label="Held now" className="space-y-2">
          {items.map(({ trade, zip, ends_at }) => (
            <li key={`${trade} ${zip}`}>
              <span className="font-semibold">
                {zip}, {trades.find((each) => each.trade === trade)?.label ?? trade}
              </span>
              <span className="block text-ink-3">until {formatInstant(ends_at)}</span>
            </li>
          ))}
        </ul>
      )}
      {canBuy && (
        <ZipForm
          trades={trades}
          label={`Hold it for ${formatCredits(terms.credits)}`}
          writeKey={crypto.randomUUID()}
        />
      )}
    </div>
  )
}
