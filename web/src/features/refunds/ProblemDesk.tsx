'use client'

import { useActionState } from 'react'

import { Button } from '@/ui/Button'
import { Outcome } from '@/ui/Outcome'

import { askAgain, reportProblem } from './actions'
import { COMPLAINT_ORDER, COMPLAINTS } from './words'

interface ReportProps {
  claimId: string
  writeKey: string
  /** False: it was asked for, or nothing is owed; only what came of the form is told. */
  isOpen: boolean
}

/** What was wrong with a claimed lead. It stays in place once it is sent, so that it can tell what came of it. */
export function ReportForm({ claimId, writeKey, isOpen }: ReportProps) {
  const [told, submit, isPending] = useActionState(reportProblem, null)
  return (
    <div className="space-y-3 empty:hidden">
      <Outcome told={told} />
      {isOpen && (
        <form action={submit} className="space-y-3">
          <input type="hidden" name="claim_id" value={claimId} />
          <input type="hidden" name="write_key" value={writeKey} />
          <label className="block space-y-1">
            <span className="block text-sm text-ink-2">What was wrong</span>
            <select name="complaint" required defaultValue="" className="field">
              <option value="">Choose…</option>
              {COMPLAINT_ORDER.map((complaint) => (
                <option key={complaint} value={complaint}>
                  {COMPLAINTS[complaint]}
                </option>
              ))}
            </select>
          </label>
          <Words label="In your words" />
          <Button look="quiet" type="submit" disabled={isPending}>
            {isPending ? 'Sending…' : 'Ask for the credits'}
          </Button>
        </form>
      )}
    </div>
  )
}

/** The one appeal of a refused request. */
export function AppealForm({ requestId, isOpen }: { requestId: string; isOpen: boolean }) {
  const [told, submit, isPending] = useActionState(askAgain, null)
  return (
    <div className="space-y-3 empty:hidden">
      <Outcome told={told} />
      {isOpen && (
        <form action={submit} className="space-y-3">
          <input type="hidden" name="refund_request_id" value={requestId} />
          <Words label="Why the refusal is wrong" />
          <Button look="quiet" type="submit" disabled={isPending}>
            {isPending ? 'Sending…' : 'Ask for a second look'}
          </Button>
        </form>
      )}
    </div>
  )
}

function Words({ label }: { label: string }) {
  return (
    <label className="block space-y-1">
      <span className="block text-sm text-ink-2">{label}</span>
      <textarea name="words" rows={3} maxLength={2000} className="field" />
    </label>
  )
}
