import Link from 'next/link'
import { type ReactNode, Suspense } from 'react'

import { readCredits } from '@/api/credits'
import { readSession, type Session } from '@/api/session'
import { signOut } from '@/features/account/actions'
import { formatCount } from '@/lib/format'
import type { Theme } from '@/lib/theme'
import { Button, ButtonLink } from '@/ui/Button'

import { Brand } from './Brand'
import { NavigationMenu } from './NavigationMenu'
import { NavLink } from './NavLink'
import { ThemeToggle } from './ThemeToggle'

/** The header must stand even where nobody can say who is signed in; the pages themselves report that. */
export async function SiteHeader({ theme }: { theme: Theme }) {
  const session = await readSession().catch(() => null)
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
          <div className="flex items-center gap-1 max-lg:hidden">
            <Links session={session} />
          </div>
          <NavigationMenu>
            <div className="flex flex-col gap-1">
              <Links session={session} />
              {session && <p className="px-2.5 pt-2 text-sm break-all text-ink-3">{session.email}</p>}
            </div>
          </NavigationMenu>
        </nav>
        <div className="ml-auto flex items-center gap-1 sm:gap-2">
          <ThemeToggle initial={theme} />
          {session ? <SignedIn email={session.email} /> : <SignedOut />}
        </div>
      </div>
    </header>
  )
}

function Links({ session }: { session: Session | null }) {
  return (
    <>
      <NavLink href="/leads">Leads</NavLink>
      {session && (
        <>
          <NavLink href="/my-leads">My leads</NavLink>
          <NavLink href="/credits">
            Credits
            <Suspense fallback={null}>
              <Balance accessToken={session.accessToken} />
            </Suspense>
          </NavLink>
          <NavLink href="/billing">Billing</NavLink>
        </>
      )}
      <NavLink href="/coverage">Coverage</NavLink>
      <NavLink href="/pricing">Pricing</NavLink>
    </>
  )
}

/** What can be spent now; nothing is shown where it cannot be read. */
async function Balance({ accessToken }: { accessToken: string }): Promise<ReactNode> {
  const credits = await readCredits(accessToken).catch(() => null)
  if (credits === null) return null
  return (
    <span className="ml-1.5 rounded-full bg-accent-soft px-2 text-sm font-semibold text-accent-strong tabular-nums">
      {formatCount(credits.balance)}
      <span className="sr-only"> left</span>
    </span>
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
      <span className="max-w-48 truncate text-sm text-ink-2 max-xl:hidden">
        <span className="sr-only">Signed in as </span>
        {email}
      </span>
      <Button look="quiet" type="submit" className="min-h-9 px-3">
        Sign out
      </Button>
    </form>
  )
}
