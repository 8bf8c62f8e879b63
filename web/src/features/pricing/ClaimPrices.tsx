import type { PriceList, TradeName } from '@/api/types'
import { formatCount, formatCredits, formatSpan } from '@/lib/format'

interface Props {
  claims: PriceList['claims']
  trades: TradeName[]
}

const HEAD = 'border-line text-ink-3 border-b px-4 py-2 text-left text-xs font-semibold'
const CELL = 'border-line border-b px-4 py-3 align-top'

/** What one lead costs, trade by trade where the price differs. */
export function ClaimPrices({ claims, trades }: Props) {
  const listed = claims.filter(({ trade }) => trade !== null)
  return (
    <div className="overflow-x-auto card">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">What a claim costs</caption>
        <thead>
          <tr>
            <th scope="col" className={HEAD}>
              Trade
            </th>
            <th scope="col" className={HEAD}>
              A claim
            </th>
            <th scope="col" className={HEAD}>
              Sold to
            </th>
            <th scope="col" className={HEAD}>
              For you alone
            </th>
          </tr>
        </thead>
        <tbody>
          {claims.map(({ trade, credits, seats, exclusive_credits, exclusive_hours }) => (
            <tr key={trade} className="last:[&>*]:border-0">
              <th scope="row" className={`${CELL} text-left font-semibold`}>
                {tradeWords(trade, trades, listed.length > 0)}
              </th>
              <td className={CELL}>{formatCredits(credits)}</td>
              <td className={CELL}>at most {formatCount(seats)} contractors</td>
              <td className={CELL}>
                {formatCredits(exclusive_credits)} for {formatSpan(exclusive_hours * 3600)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function tradeWords(trade: string | null, trades: TradeName[], hasOthers: boolean): string {
  if (trade === null) return hasOthers ? 'Every other trade' : 'Every trade'
  return trades.find((each) => each.trade === trade)?.label ?? trade
}
