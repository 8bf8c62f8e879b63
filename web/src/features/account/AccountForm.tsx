'use client'

import { useActionState } from 'react'

import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'

import type { AccountFormState } from './actions'

interface Props {
  action: (before: AccountFormState, form: FormData) => Promise<AccountFormState>
  submitLabel: string
  pendingLabel: string
  passwordHint: string | null
  passwordAutoComplete: 'new-password' | 'current-password'
  returnPath: string
}

const EMPTY: AccountFormState = { email: '', problem: null, isConfirmationSent: false }

/** E-mail and password; the address stays when the provider refuses, and the reason stands at the field. */
export function AccountForm(props: Props) {
  const [state, submit, isPending] = useActionState(props.action, EMPTY)
  const { problem } = state
  if (state.isConfirmationSent) {
    return (
      <div role="status">
        <Notice look="notice" title="One more step.">
          We sent a message to {state.email}. Open its link, then sign in.
        </Notice>
      </div>
    )
  }
  return (
    <form action={submit} noValidate className="space-y-4">
      <input type="hidden" name="next" value={props.returnPath} />
      <div role="alert" className="empty:hidden">
        {problem && (
          <Notice look="alarm" title="Not done.">
            {problem.message}
          </Notice>
        )}
      </div>
      <label className="block space-y-1.5">
        <span className="font-medium">E-mail</span>
        <input
          name="email"
          type="email"
          autoComplete="email"
          required
          defaultValue={state.email}
          aria-invalid={problem?.field === 'email'}
          className="field"
        />
      </label>
      <div className="space-y-1.5">
        <label htmlFor="password" className="block font-medium">
          Password
        </label>
        <input
          id="password"
          name="password"
          type="password"
          autoComplete={props.passwordAutoComplete}
          required
          aria-invalid={problem?.field === 'password'}
          aria-describedby={props.passwordHint ? 'password-hint' : undefined}
          className="field"
        />
        {props.passwordHint && (
          <p id="password-hint" className="text-sm text-ink-3">
            {props.passwordHint}
          </p>
        )}
      </div>
      <Button type="submit" disabled={isPending} className="w-full">
        {isPending ? props.pendingLabel : props.submitLabel}
      </Button>
    </form>
  )
}
