import assert from 'node:assert/strict'
import { test } from 'node:test'

import { claimsHref, parseCents, parseClaimFilter } from './stages'

test('the stage and the page stand in the address, and come back from it', () => {
  assert.equal(claimsHref({}), '/my-leads')
  assert.equal(claimsHref({ stage: 'won', cursor: 'abc' }), '/my-leads?stage=won&cursor=abc')
  assert.deepEqual(parseClaimFilter({ stage: 'won', cursor: 'abc' }), { stage: 'won', cursor: 'abc' })
  assert.deepEqual(parseClaimFilter({ stage: 'sold', cursor: '' }), { stage: undefined, cursor: undefined })
})

test('an amount is read as people type it, and nothing else is one', () => {
  assert.equal(parseCents('$18,400.50'), 1_840_050)
  assert.equal(parseCents('18400'), 1_840_000)
  assert.equal(parseCents('0.1'), 10)
  for (const bad of ['', 'a lot', '-5', '1.234', '1e3']) assert.equal(parseCents(bad), null)
})
