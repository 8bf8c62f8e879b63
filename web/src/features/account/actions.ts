'use server'

import type { AuthError } from '@supabase/supabase-js'
import { redirect } from 'next/navigation'

import { writableClient } from '@/api/session'
import { safeReturnPath } from '@/lib/paths'

export interface AccountFormState {
  email: string
  problem: { field: 'email' | 'password' | null; message: string } | null
  /** The provider wants the address confirmed before the first sign-in. */
  isConfirmationSent: boolean
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

function readForm(form: FormData) {
  return {
    email: textOf(form, 'email').trim(),
    password: textOf(form, 'password'),
    returnPath: safeReturnPath(textOf(form, 'next')),
  }
}

function refused(email: string, field: 'email' | 'password' | null, message: string): AccountFormState {
  return { email, problem: { field, message }, isConfirmationSent: false }
}

function missing(email: string, password: string): AccountFormState | null {
  if (!/^\S+@\S+\.\S+$/.test(email))
    return refused(email, 'email', 'Enter an e-mail address such as name@example.com.')
  if (!password) return refused(email, 'password', 'Enter a password.')
  return null
}

/** The provider's refusal in words that say what to do; its own sentence where we know no better. */
function explain(email: string, error: AuthError): AccountFormState {
  switch (error.code) {
    case 'user_already_exists':
    case 'email_exists':
      return refused(email, 'email', 'This address already has an account. Sign in instead.')
    case 'weak_password':
      return refused(email, 'password', error.message)
    case 'invalid_credentials':
      return refused(email, null, 'E-mail and password do not match an account. Check both and try again.')
    case 'email_not_confirmed':
      return refused(
        email,
        'email',
        'This address is not confirmed yet. Open the link in the message we sent.',
      )
    case 'over_request_rate_limit':
    case 'over_email_send_rate_limit':
      return refused(email, null, 'Too many attempts. Wait a minute, then try again.')
  }
  if (error.status === undefined || error.status === 0 || error.status >= 500) {
    return refused(
      email,
      null,
      'The sign-in service does not answer. Nothing was changed. Try again in a minute.',
    )
  }
  return refused(email, null, error.message)
}

export async function signUp(_before: AccountFormState, form: FormData): Promise<AccountFormState> {
  const { email, password, returnPath } = readForm(form)
  const problem = missing(email, password)
  if (problem) return problem
  const { data, error } = await (await writableClient()).auth.signUp({ email, password })
  if (error) return explain(email, error)
  if (!data.session) return { email, problem: null, isConfirmationSent: true }
  redirect(returnPath)
}

export async function signIn(_before: AccountFormState, form: FormData): Promise<AccountFormState> {
  const { email, password, returnPath } = readForm(form)
  const problem = missing(email, password)
  if (problem) return problem
  const { error } = await (await writableClient()).auth.signInWithPassword({ email, password })
  if (error) return explain(email, error)
  redirect(returnPath)
}

/** Ends this session at the provider and in the cookies; the cookies go even where the provider does not answer. */
export async function signOut(): Promise<void> {
  await (await writableClient()).auth.signOut({ scope: 'local' })
  redirect('/')
}
