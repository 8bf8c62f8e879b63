import type { Move } from '@/api/types'
import { formatCents } from '@/lib/format'
import { Instant } from '@/ui/Time'

import type { NameOf } from './ClaimView'
import { moveLabel, reasonLabel } from './words'

/** The stages a claim came through, newest first. */
export function Moves({ moves, nameOf, now }: { moves: Move[]; nameOf: NameOf; now: Date }) {
  return (
    <ol className="space-y-3 text-sm">
      {moves.map((move) => (
        <li key={move.moved_at}>
          <span className="font-semibold">{moveLabel(move)}</span>
          {move.reason && `, ${reasonLabel(move.reason).toLowerCase()}`}
          {move.amount_cents !== null && `, ${formatCents(move.amount_cents)}`}
          <span className="block text-ink-3">
            {nameOf(move.moved_by)}, <Instant at={move.moved_at} now={now} />
          </span>
        </li>
      ))}
    </ol>
  )
}
