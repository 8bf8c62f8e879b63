'use client'

import { useActionState } from 'react'

import { Button } from '@/ui/Button'
import { Outcome } from '@/ui/Outcome'

import { addNote } from './actions'

/** A new note; its field empties once it is saved. */
export function NoteForm({ claimId, writeKey }: { claimId: string; writeKey: string }) {
  const [told, submit, isPending] = useActionState(addNote, null)
  return (
    <form action={submit} className="space-y-2">
      <input type="hidden" name="claim_id" value={claimId} />
      <input type="hidden" name="write_key" value={writeKey} />
      <label className="block space-y-1">
        <span className="block text-sm text-ink-2">A new note</span>
        <textarea name="body" rows={3} maxLength={4000} required className="field" />
      </label>
      <Button look="quiet" type="submit" disabled={isPending}>
        {isPending ? 'Saving…' : 'Save note'}
      </Button>
      <Outcome told={told} />
    </form>
  )
}
