import assert from 'node:assert/strict'
import { test } from 'node:test'

import { isPrivatePath, safeReturnPath } from './paths'

test('a return path is kept only when it stays on this site', () => {
  assert.equal(safeReturnPath('/leads?trade=roofing'), '/leads?trade=roofing')
  for (const bad of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'leads',
    '',
    null,
    '/a\nb',
  ]) {
    assert.equal(safeReturnPath(bad), '/leads')
  }
})

test('leads, archived pages and what an account has are private, the rest is public', () => {
  for (const path of ['/leads', '/leads/1', '/archive/ab', '/my-leads/1', '/credits', '/billing'])
    assert.ok(isPrivatePath(path))
  for (const path of ['/', '/coverage', '/pricing', '/sign-in', '/leadsomething'])
    assert.ok(!isPrivatePath(path))
})
