// What a browser would do with the unmodified @supabase/supabase-js of web/node_modules, step by step.
// usage: node supabase_client.mjs <web folder> <provider origin> <publishable key> <e-mail> <password>
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [web, origin, key, email, password] = process.argv.slice(2)
const { createClient } = createRequire(join(web, 'package.json'))('@supabase/supabase-js')
const { auth } = createClient(origin, key, { auth: { persistSession: true, autoRefreshToken: false } })

function told({ data, error }) {
  assert.equal(error, null)
  return data
}

const events = []
auth.onAuthStateChange((event) => events.push(event))

const signedUp = told(await auth.signUp({ email, password }))
assert.equal(signedUp.user.email, email)
assert.ok(signedUp.session.access_token)
told(await auth.signOut())

const wrong = await auth.signInWithPassword({ email, password: `${password} not` })
assert.equal(wrong.error.code, 'invalid_credentials')
const signedIn = told(await auth.signInWithPassword({ email, password }))
assert.equal(told(await auth.getUser()).user.id, signedUp.user.id)
assert.equal(told(await auth.getClaims()).claims.sub, signedUp.user.id)

const refreshed = told(await auth.refreshSession())
assert.notEqual(refreshed.session.refresh_token, signedIn.session.refresh_token)
assert.equal((await fetch(`${origin}/api/leads?limit=1`, bearer(refreshed))).status, 200)

told(await auth.signOut())
assert.equal(told(await auth.getSession()).session, null)
assert.notEqual((await auth.getUser(refreshed.session.access_token)).error, null)
assert.notEqual((await auth.refreshSession(refreshed.session)).error, null)

console.log(JSON.stringify({ user_id: signedUp.user.id, events }))

function bearer({ session }) {
  return { headers: { authorization: `Bearer ${session.access_token}` } }
}
