import type { Metadata } from 'next'
import Link from 'next/link'

import { AccountForm } from '@/features/account/AccountForm'
import { AccountPage } from '@/features/account/AccountPage'
import { signUp } from '@/features/account/actions'
import { safeReturnPath } from '@/lib/paths'

export const metadata: Metadata = { title: 'Create account' }

export default async function SignUpPage({ searchParams }: PageProps<'/sign-up'>) {
  const { next } = await searchParams
  const returnPath = safeReturnPath(typeof next === 'string' ? next : null)
  return (
    <AccountPage
      title="Create an account"
      intro="An e-mail address and a password; nothing else is asked."
      footer={
        <>
          Already have one?{' '}
          <Link href={`/sign-in?next=${encodeURIComponent(returnPath)}`} className="link">
            Sign in
          </Link>
        </>
      }
    >
      <AccountForm
        action={signUp}
        submitLabel="Create account"
        pendingLabel="Creating account…"
        passwordHint="At least 8 characters. A sentence is easier to keep than a riddle."
        passwordAutoComplete="new-password"
        returnPath={returnPath}
      />
    </AccountPage>
  )
}
