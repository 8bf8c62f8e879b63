import Link from 'next/link'

import { readSession } from '@/api/session'
import { signOut } from '@/features/account/actions'
import type { Theme } from '@/lib/theme'
import { Button, ButtonLink } from '@/ui/Button'

import { Brand } from './Brand'
import { NavLink } from './NavLink'
import { ThemeToggle } from './ThemeToggle'

/** The header must stand even where nobody can say who is signed in; the pages themselves report that. */
async function readEmail(): Promise<string | null> {
  const session = await readSession().catch(() => null)
  return session?.email ?? null
}

export async function SiteHeader({ theme }: { theme: Theme }) {
  const email = await readEmail()
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-surface">
      <div className="mx-auto flex h-14 w-full max-w-[110rem] items-center gap-1 px-4 sm:gap-3 sm:px-6">
        <Link href="/" className="mr-1 flex items-center gap-2.5 rounded-md py-1 sm:mr-3">
          <Brand />
          <span className="text-[1.05rem] font-bold tracking-tight max-sm:sr-only">
            LeadLedger<span className="text-accent">Pro</span>
          </span>
        </Link>
        <nav aria-label="Main" className="flex items-center gap-1">
          <NavLink href="/leads">Leads</NavLink>
          <NavLink href="/coverage">Coverage</NavLink>
        </nav>
        <div className="ml-auto flex items-center gap-1 sm:gap-2">
          <ThemeToggle initial={theme} />
          {email === null ? <SignedOut /> : <SignedIn email={email} />}
        </div>
      </div>
    </header>
  )
}

function SignedOut() {
  return (
    <>
      <ButtonLink look="bare" href="/sign-in" className="min-h-9 px-3">
        Sign in
      </ButtonLink>
      <ButtonLink href="/sign-up" className="min-h-9 px-3 max-sm:hidden">
        Create account
      </ButtonLink>
    </>
  )
}

function SignedIn({ email }: { email: string }) {
  return (
    <form action={signOut} className="flex items-center gap-3">
      <span className="max-w-48 truncate text-sm text-ink-2 max-md:hidden">
        <span className="sr-only">Signed in as </span>
        {email}
      </span>
      <Button look="quiet" type="submit" className="min-h-9 px-3">
        Sign out
      </Button>
    </form>
  )
}
