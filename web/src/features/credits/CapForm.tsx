'use client'

import { useActionState } from 'react'

import { Button } from '@/ui/Button'
import { Outcome } from '@/ui/Outcome'

import { setCap } from './actions'

interface Props {
  userId: string | null
  label: string
  creditsAMonth: number | null
}

/** One cap: a number, or nothing for none. */
export function CapForm({ userId, label, creditsAMonth }: Props) {
  const [told, submit, isPending] = useActionState(setCap, null)
  return (
    <form action={submit} className="space-y-2">
      <div className="flex flex-wrap items-end gap-3">
        <input type="hidden" name="user_id" value={userId ?? ''} />
        <label className="min-w-0 flex-1 basis-48 space-y-1">
          <span className="block text-sm [overflow-wrap:anywhere] text-ink-2">{label}</span>
          <input
            name="credits_a_month"
            inputMode="numeric"
            autoComplete="off"
            key={creditsAMonth}
            defaultValue={creditsAMonth ?? ''}
            placeholder="No cap"
            className="field"
          />
        </label>
        <Button look="quiet" type="submit" disabled={isPending}>
          {isPending ? 'Saving…' : 'Save'}
        </Button>
      </div>
      <Outcome told={told} />
    </form>
  )
}
