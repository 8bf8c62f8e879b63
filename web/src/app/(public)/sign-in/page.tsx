import type { Metadata } from 'next'
import Link from 'next/link'

import { AccountForm } from '@/features/account/AccountForm'
import { AccountPage } from '@/features/account/AccountPage'
import { signIn } from '@/features/account/actions'
import { safeReturnPath } from '@/lib/paths'

export const metadata: Metadata = { title: 'Sign in' }

export default async function SignInPage({ searchParams }: PageProps<'/sign-in'>) {
  const { next } = await searchParams
  const returnPath = safeReturnPath(typeof next === 'string' ? next : null)
  return (
    <AccountPage
      title="Sign in"
      intro="Leads and archived pages are for signed-in readers."
      footer={
        <>
          No account yet?{' '}
          <Link href={`/sign-up?next=${encodeURIComponent(returnPath)}`} className="link">
            Create one
          </Link>
        </>
      }
    >
      <AccountForm
        action={signIn}
        submitLabel="Sign in"
        pendingLabel="Signing in…"
        passwordHint={null}
        passwordAutoComplete="current-password"
        returnPath={returnPath}
      />
    </AccountPage>
  )
}
