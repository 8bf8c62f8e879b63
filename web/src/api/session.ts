import 'server-only'

import { type CookieMethodsServer, createServerClient } from '@supabase/ssr'
import { isAuthRetryableFetchError, type SupabaseClient } from '@supabase/supabase-js'
import { cookies, headers } from 'next/headers'
import { cache } from 'react'

import { readConfig } from '@/lib/config'

const COOKIE_NAME = 'leadledger-session'

export interface Session {
  accessToken: string
  email: string
}

/**
 * The unmodified Supabase client on the server. The session stands in cookies that no script can read; they are
 * marked Secure wherever the page itself came over https.
 */
export function supabaseClient(protocol: string | null, cookieMethods: CookieMethodsServer): SupabaseClient {
  const { supabaseUrl, supabaseAnonKey } = readConfig()
  return createServerClient(supabaseUrl, supabaseAnonKey, {
    cookieOptions: {
      name: COOKIE_NAME,
      httpOnly: true,
      sameSite: 'lax',
      secure: protocol === 'https',
      path: '/',
    },
    cookies: cookieMethods,
  })
}

/** For server actions, which may set cookies: sign up, sign in, sign out. */
export async function writableClient(): Promise<SupabaseClient> {
  const jar = await cookies()
  return supabaseClient(await readProtocol(), {
    getAll: () => jar.getAll(),
    setAll: (written) => written.forEach(({ name, value, options }) => jar.set(name, value, options)),
  })
}

/** Server components cannot set cookies; the proxy has refreshed the session before they run. */
async function readingClient(): Promise<SupabaseClient> {
  const jar = await cookies()
  return supabaseClient(await readProtocol(), { getAll: () => jar.getAll(), setAll: () => undefined })
}

async function readProtocol(): Promise<string | null> {
  return (await headers()).get('x-forwarded-proto')
}

/** Who is signed in, with a verified signature; null for nobody. */
export const readSession = cache(async (): Promise<Session | null> => {
  const jar = await cookies()
  if (!jar.getAll().some(({ name }) => name.startsWith(COOKIE_NAME))) return null
  const { auth } = await readingClient()
  const { data: verified, error } = await auth.getClaims()
  if (error && isAuthRetryableFetchError(error)) throw error
  const { data } = await auth.getSession()
  if (!verified || !data.session) return null
  const email = verified.claims['email']
  return { accessToken: data.session.access_token, email: typeof email === 'string' ? email : '' }
})

/** In the proxy: refreshes the session where it is due and says whether anybody is signed in. */
export async function refreshSession(
  client: SupabaseClient,
): Promise<'signed_in' | 'signed_out' | 'unknown'> {
  const { data, error } = await client.auth.getClaims()
  if (data) return 'signed_in'
  return error && isAuthRetryableFetchError(error) ? 'unknown' : 'signed_out'
}
