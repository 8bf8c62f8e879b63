'use client'

import { useActionState } from 'react'

import { formatCredits } from '@/lib/format'
import { Button } from '@/ui/Button'
import { Outcome } from '@/ui/Outcome'

import { changeClaim } from './actions'
import { useCountdown } from './countdown'

interface Props {
  leadId: string
  /** New for every page that is shown, so that a double click is one claim. */
  writeKey: string
  /** Prices of what can be bought now; null: nothing can. */
  sale: { credits: number; exclusiveCredits: number | null } | null
  /** The claim that can still be undone. */
  undo: { claimId: string; credits: number; secondsLeft: number } | null
}

/** The buttons that buy a lead and give it back. It stays in place through both, so that it can tell what came of them. */
export function ClaimDesk({ leadId, writeKey, sale, undo }: Props) {
  const [told, submit, isPending] = useActionState(changeClaim, null)
  return (
    <div className="space-y-3 empty:hidden" aria-busy={isPending}>
      <Outcome told={told} />
      {(sale ?? undo) && (
        <form action={submit} className="flex flex-wrap items-center gap-3">
          <input type="hidden" name="lead_id" value={leadId} />
          <input type="hidden" name="write_key" value={writeKey} />
          {undo ? <Undo {...undo} isPending={isPending} /> : sale && <Buy {...sale} isPending={isPending} />}
        </form>
      )}
    </div>
  )
}

function Buy({ credits, exclusiveCredits, isPending }: NonNullable<Props['sale']> & { isPending: boolean }) {
  return (
    <>
      <Button type="submit" name="wanted" value="shared" disabled={isPending}>
        {isPending ? 'Claiming…' : `Claim for ${formatCredits(credits)}`}
      </Button>
      {exclusiveCredits !== null && (
        <Button look="quiet" type="submit" name="wanted" value="exclusive" disabled={isPending}>
          Claim exclusively for {formatCredits(exclusiveCredits)}
        </Button>
      )}
    </>
  )
}

function Undo({
  claimId,
  credits,
  secondsLeft,
  isPending,
}: NonNullable<Props['undo']> & { isPending: boolean }) {
  const left = useCountdown(secondsLeft)
  if (left === 0) return <p className="text-sm text-ink-3">The time to undo is over.</p>
  return (
    <>
      <input type="hidden" name="claim_id" value={claimId} />
      <Button look="quiet" type="submit" name="wanted" value="undo" disabled={isPending}>
        {isPending ? 'Undoing…' : 'Undo this claim'}
      </Button>
      <p className="text-sm text-ink-2">
        {formatCredits(credits)} back, for another{' '}
        <span role="timer" className="font-semibold tabular-nums">
          {left} s
        </span>
      </p>
    </>
  )
}
