'use client'

import { useActionState, useId, useState } from 'react'

import type { Stage } from '@/api/types'
import { Button } from '@/ui/Button'
import { Outcome } from '@/ui/Outcome'

import { move } from './actions'
import { LOST_REASONS, reasonLabel, STAGE_WORDS } from './words'

interface Props {
  claimId: string
  version: number
  nextStages: Stage[]
  /** Which lead this is, for those who hear the form without seeing what stands around it. */
  about: string
}

/** Moves a claim on; lost asks why, quoted and won for how much. */
export function MoveForm({ claimId, version, nextStages, about }: Props) {
  const [told, submit, isPending] = useActionState(move, null)
  const [chosen, setChosen] = useState('')
  const stage = nextStages.find((next) => next === chosen)
  const id = useId()
  return (
    <div className="space-y-2">
      {nextStages.length > 0 && (
        <form action={submit} className="flex flex-wrap items-end gap-2 text-sm">
          <input type="hidden" name="claim_id" value={claimId} />
          <input type="hidden" name="version" value={version} />
          <label htmlFor={id} className="sr-only">
            Next stage of {about}
          </label>
          <select
            id={id}
            name="stage"
            value={stage ?? ''}
            onChange={(event) => setChosen(event.currentTarget.value)}
            className="field w-auto! min-w-36"
          >
            <option value="">Move to…</option>
            {nextStages.map((next) => (
              <option key={next} value={next}>
                {STAGE_WORDS[next].label}
              </option>
            ))}
          </select>
          {stage === 'lost' && <LostReason />}
          {(stage === 'quoted' || stage === 'won') && (
            <input
              name="amount"
              inputMode="decimal"
              autoComplete="off"
              aria-label="Amount in dollars, if you want to keep it"
              placeholder="Amount ($), optional"
              className="field w-auto! max-w-48"
            />
          )}
          <Button
            look="quiet"
            type="submit"
            disabled={isPending || !stage}
            className="disabled:cursor-default"
          >
            {isPending ? 'Moving…' : 'Move'}
          </Button>
        </form>
      )}
      <Outcome told={told} />
    </div>
  )
}

function LostReason() {
  return (
    <select
      name="reason"
      required
      aria-label="Why it was lost"
      defaultValue=""
      className="field w-auto! min-w-40"
    >
      <option value="">Why?</option>
      {LOST_REASONS.map((reason) => (
        <option key={reason} value={reason}>
          {reasonLabel(reason)}
        </option>
      ))}
    </select>
  )
}
