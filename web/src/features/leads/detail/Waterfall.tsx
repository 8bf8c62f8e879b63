import type { LeadDetail, Reason } from '@/api/types'
import { formatSigned } from '@/lib/format'

interface Step extends Reason {
  start: number
  end: number
}

/** Each reason with the score before and after it; the first starts at nothing, the last ends at the score. */
function steps(reasons: Reason[]): Step[] {
  let total = 0
  return reasons.map((reason) => {
    const start = total
    total += reason.score_delta
    return { ...reason, start, end: total }
  })
}

const CELL = 'border-line border-b py-2.5 align-top'
const NUMBER = `${CELL} pl-4 text-right font-semibold whitespace-nowrap tabular-nums`

/** Why the score is what it is: every reason, what it adds or takes, and their sum. */
export function Waterfall({ lead }: { lead: LeadDetail }) {
  return (
    <table className="w-full border-collapse text-sm">
      <caption className="pb-2 text-left text-ink-3">
        Each reason adds or takes points; 20 points double the odds. Their effects sum to the score.
      </caption>
      <thead>
        <tr className="text-xs text-ink-3">
          <th scope="col" className={`${CELL} text-left font-semibold`}>
            Reason
          </th>
          <th scope="col" className={`${CELL} pl-4 text-right font-semibold`}>
            Points
          </th>
          <td aria-hidden="true" className={`${CELL} w-2/5 max-sm:hidden`} />
          <th scope="col" className={`${CELL} pl-4 text-right font-semibold`}>
            Score
          </th>
        </tr>
      </thead>
      <tbody>
        {steps(lead.reasons).map((step) => (
          <ReasonRow key={step.rule} step={step} />
        ))}
      </tbody>
      <tfoot>
        <tr className="font-bold">
          <th scope="row" className="py-3 text-left">
            Score
          </th>
          <td className="py-3 pl-4 text-right tabular-nums" data-points-total={lead.points_total}>
            {formatSigned(lead.points_total)}
          </td>
          <td aria-hidden="true" className="py-3 pl-4 max-sm:hidden">
            <Bar start={0} end={lead.score} className="fill-accent" />
          </td>
          <td className="py-3 pl-4 text-right text-base tabular-nums" data-score={lead.score}>
            {lead.score}
          </td>
        </tr>
      </tfoot>
    </table>
  )
}

function ReasonRow({ step }: { step: Step }) {
  const { label, evidence, points, score_delta, start, end } = step
  return (
    <tr data-reason={step.rule}>
      <th scope="row" className={`${CELL} text-left font-medium`}>
        {label}
        {evidence && (
          <span className="block font-normal [overflow-wrap:anywhere] text-ink-3">{evidence}</span>
        )}
      </th>
      <td className={NUMBER} data-points={points}>
        {formatSigned(points)}
      </td>
      <td aria-hidden="true" className={`${CELL} pl-4 max-sm:hidden`}>
        <Bar start={start} end={end} className={score_delta < 0 ? 'fill-warn' : 'fill-accent'} />
      </td>
      <td className={NUMBER} data-score-delta={score_delta}>
        {formatSigned(score_delta)}
      </td>
    </tr>
  )
}

/** A piece of the scale from 0 to 100. The numbers beside it say the same. */
function Bar({ start, end, className }: { start: number; end: number; className: string }) {
  const left = Math.min(start, end)
  const width = Math.max(Math.abs(end - start), 0.6)
  return (
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" className="mt-1 block h-3 w-full">
      <rect width="100" height="10" className="fill-sunken" />
      <rect x={left} width={width} height="10" className={className} />
    </svg>
  )
}
