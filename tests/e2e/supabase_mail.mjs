// Everything that needs a mail, as a browser does it with the unmodified @supabase/supabase-js and @supabase/ssr.
// usage: node supabase_mail.mjs <web folder> <provider origin> <publishable key> <e-mail> <site>
// Each mail is asked for by a line on stdout, {wants, to}, and comes as a line of JSON on stdin: {link, code}.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const [web, origin, key, email, site] = process.argv.slice(2)
const require = createRequire(join(web, 'package.json'))
const { createClient } = require('@supabase/supabase-js')
const { createServerClient } = require('@supabase/ssr')
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const [password, newPassword] = ['correct horse battery', 'another horse battery']

function told({ data, error }) {
  assert.equal(error, null)
  return data
}

async function nextMail(what, to = email) {
  console.log(JSON.stringify({ wants: what, to }))
  return JSON.parse((await lines.next()).value)
}

async function follow(link) {
  const { pathname, search } = new URL(link)
  const answer = await fetch(`${origin}${pathname}${search}`, { redirect: 'manual' })
  assert.equal(answer.status, 303)
  return new URL(answer.headers.get('location'))
}

async function mayRead({ session }) {
  const headers = { authorization: `Bearer ${session.access_token}` }
  return (await fetch(`${origin}/api/leads?limit=1`, { headers })).status === 200
}

// Implicit flow: sign-up, confirmation by link, refresh, reset by code, sign-out.
const { auth } = createClient(origin, key, { auth: { persistSession: true, autoRefreshToken: false } })
const events = []
auth.onAuthStateChange((event) => events.push(event))
const options = { emailRedirectTo: `${site}/welcome` }
const signedUp = told(await auth.signUp({ email, password, options }))
assert.equal(signedUp.session, null)
assert.equal(signedUp.user.email, email)
assert.equal((await auth.signInWithPassword({ email, password })).error.code, 'email_not_confirmed')
const confirmed = await follow((await nextMail('confirmation')).link)
assert.equal(confirmed.origin + confirmed.pathname, `${site}/welcome`)
const fragment = new URLSearchParams(confirmed.hash.slice(1))
const tokens = { access_token: fragment.get('access_token'), refresh_token: fragment.get('refresh_token') }
told(await auth.setSession(tokens))
const refreshed = told(await auth.refreshSession())
assert.ok(await mayRead(refreshed))

told(await auth.resetPasswordForEmail(email, { redirectTo: `${site}/reset` }))
const reset = await nextMail('reset')
told(await auth.verifyOtp({ email, token: reset.code, type: 'recovery' }))
told(await auth.updateUser({ password: newPassword }))
told(await auth.signOut())
assert.equal((await auth.signInWithPassword({ email, password })).error.code, 'invalid_credentials')
told(await auth.signInWithPassword({ email, password: newPassword }))
told(await auth.signOut({ scope: 'global' }))
assert.equal((await auth.verifyOtp({ email, token: reset.code, type: 'recovery' })).error.code, 'otp_expired')

// PKCE as @supabase/ssr does it: a magic link, its code exchanged by whoever holds the cookies.
const jar = new Map()
const cookies = {
  getAll: () => [...jar].map(([name, value]) => ({ name, value })),
  setAll: (all) => all.forEach(({ name, value }) => (value ? jar.set(name, value) : jar.delete(name))),
}
const server = createServerClient(origin, key, { cookies })
told(
  await server.auth.signInWithOtp({
    email,
    options: { emailRedirectTo: `${site}/auth/callback?next=%2Fleads` },
  }),
)
const link = (await nextMail('magic link')).link
const landed = await follow(link)
assert.equal(landed.searchParams.get('next'), '/leads')
assert.equal(landed.hash, '')
const code = landed.searchParams.get('code')
const stranger = createServerClient(origin, key, { cookies: { getAll: () => [], setAll: () => {} } })
assert.notEqual((await stranger.auth.exchangeCodeForSession(code)).error, null)
const exchanged = told(await server.auth.exchangeCodeForSession(code))
assert.equal(exchanged.user.id, signedUp.user.id)
assert.ok(await mayRead(exchanged))
assert.equal((await follow(link)).searchParams.get('error_code'), 'otp_expired')
const again = createServerClient(origin, key, { cookies })
assert.equal(told(await again.auth.getUser()).user.id, signedUp.user.id)
told(await again.auth.signOut())
assert.notEqual((await again.auth.getUser()).error, null)

// A row of one account is refused to another.
async function ask({ session }, path, init = {}) {
  const headers = { authorization: `Bearer ${session.access_token}`, 'content-type': 'application/json' }
  return fetch(`${origin}${path}`, { ...init, headers })
}
const mine = told(await auth.signInWithPassword({ email, password: newPassword }))
const territory = JSON.stringify({ name: 'Mine', zips: ['78701'] })
const made = await ask(mine, '/api/territories', { method: 'POST', body: territory })
assert.equal(made.status, 201)
const path = `/api/territories/${(await made.json()).territory_id}`
const stored = createClient(origin, key, { auth: { persistSession: false, autoRefreshToken: false } })
const otherEmail = 'other@example.com'
told(await stored.auth.signUp({ email: otherEmail, password }))
const token = (await nextMail('confirmation of another', otherEmail)).code
const other = told(await stored.auth.verifyOtp({ email: otherEmail, token, type: 'signup' }))
assert.deepEqual((await (await ask(other, '/api/territories')).json()).territories, [])
assert.equal((await ask(other, path, { method: 'DELETE' })).status, 404)
assert.equal((await (await ask(mine, '/api/territories')).json()).territories.length, 1)

console.log(JSON.stringify({ user_id: signedUp.user.id, events }))
lines.return?.()
process.stdin.destroy()
