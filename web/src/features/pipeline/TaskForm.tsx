'use client'

import { useActionState } from 'react'

import { Button } from '@/ui/Button'
import { Outcome } from '@/ui/Outcome'

import { addTask } from './actions'

/** A new task; its fields empty once it is added. */
export function TaskForm({ claimId, writeKey }: { claimId: string; writeKey: string }) {
  const [told, submit, isPending] = useActionState(addTask, null)
  return (
    <form action={submit} className="space-y-2">
      <input type="hidden" name="claim_id" value={claimId} />
      <input type="hidden" name="write_key" value={writeKey} />
      <div className="flex flex-wrap gap-3">
        <label className="min-w-0 flex-1 basis-48 space-y-1">
          <span className="block text-sm text-ink-2">A new task</span>
          <input name="title" maxLength={200} required autoComplete="off" className="field" />
        </label>
        <label className="space-y-1">
          <span className="block text-sm text-ink-2">Due, if you like</span>
          <input name="due_date" type="date" className="field" />
        </label>
      </div>
      <Button look="quiet" type="submit" disabled={isPending}>
        {isPending ? 'Adding…' : 'Add task'}
      </Button>
      <Outcome told={told} />
    </form>
  )
}
