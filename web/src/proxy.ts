import type { CookieOptions } from '@supabase/ssr'
import { type NextRequest, NextResponse } from 'next/server'

import { refreshSession, supabaseClient } from '@/api/session'
import { contentSecurityPolicy } from '@/lib/csp'
import { isPrivatePath, signInHref } from '@/lib/paths'

interface WrittenCookie {
  name: string
  value: string
  options: CookieOptions
}

/** Before every page: refresh the session, keep private pages for those signed in, set the policy for scripts. */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const written: WrittenCookie[] = []
  const state = await refreshSession(clientOf(request, written))
  const policy = contentSecurityPolicy(crypto.randomUUID())
  const response =
    state === 'signed_out' && isPrivatePath(request.nextUrl.pathname)
      ? NextResponse.redirect(signInAddress(request))
      : continueWith(request, policy)
  for (const { name, value, options } of written) response.cookies.set(name, value, options)
  response.headers.set('Content-Security-Policy', policy)
  return response
}

function clientOf(request: NextRequest, written: WrittenCookie[]) {
  const protocol = request.headers.get('x-forwarded-proto') ?? request.nextUrl.protocol.replace(':', '')
  return supabaseClient(protocol, {
    getAll: () => request.cookies.getAll(),
    setAll: (cookies) => {
      for (const cookie of cookies) {
        request.cookies.set(cookie.name, cookie.value)
        written.push(cookie)
      }
    },
  })
}

/** The page sees the refreshed cookies, and Next.js finds the nonce in the policy. */
function continueWith(request: NextRequest, policy: string): NextResponse {
  const headers = new Headers(request.headers)
  headers.set('Content-Security-Policy', policy)
  return NextResponse.next({ request: { headers } })
}

function signInAddress(request: NextRequest): URL {
  const { pathname, search } = request.nextUrl
  return new URL(signInHref(pathname + search), request.url)
}

export const config = {
  matcher: ['/((?!_next/static|_next/image|vendor/|icon.svg|favicon.ico|robots.txt).*)'],
}
