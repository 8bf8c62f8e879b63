import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  formatAgo,
  formatBytes,
  formatCents,
  formatCounted,
  formatCredits,
  formatDay,
  formatDaysAgo,
  formatInstant,
  formatSigned,
  formatSpan,
  formatUsd,
} from './format'

test('money keeps cents only where there are some, and what is no amount stays as it is', () => {
  assert.equal(formatUsd('18400.00'), '$18,400')
  assert.equal(formatUsd('29545.45'), '$29,545.45')
  assert.equal(formatUsd('0.00'), '$0')
  assert.equal(formatUsd('see plans'), 'see plans')
})

test('prices come in cents and are told in dollars', () => {
  assert.equal(formatCents(19900), '$199')
  assert.equal(formatCents(4950), '$49.50')
  assert.equal(formatCredits(1), '1 credit')
  assert.equal(formatCredits(2000), '2,000 credits')
})

test('a span is told in the largest unit that leaves no rest', () => {
  assert.equal(formatSpan(60), '1 minute')
  assert.equal(formatSpan(90), '90 seconds')
  assert.equal(formatSpan(720 * 3600), '30 days')
  assert.equal(formatSpan(36 * 3600), '36 hours')
})

test("a publisher's day is never moved by a time zone", () => {
  assert.equal(formatDay('2026-01-01'), 'Jan 1, 2026')
  assert.equal(formatDay('2026-12-31'), 'Dec 31, 2026')
  assert.equal(formatDay('unknown'), 'unknown')
})

test('an instant is told in Central time, in winter and in summer', () => {
  assert.equal(formatInstant('2026-11-23T17:02:00Z'), 'Nov 23, 2026, 11:02 AM CST')
  assert.equal(formatInstant('2026-07-01T17:02:00Z'), 'Jul 1, 2026, 12:02 PM CDT')
})

test('days are counted from today in Central time, not in UTC', () => {
  const lateEvening = new Date('2026-11-24T03:00:00Z') // still the 23rd in Chicago
  assert.equal(formatDaysAgo('2026-11-23', lateEvening), 'today')
  assert.equal(formatDaysAgo('2026-11-22', lateEvening), 'yesterday')
  assert.equal(formatDaysAgo('2026-11-14', lateEvening), '9 days ago')
})

test('time passed is told in the largest whole unit', () => {
  const now = new Date('2026-11-23T18:00:00Z')
  assert.equal(formatAgo('2026-11-23T17:59:30Z', now), 'just now')
  assert.equal(formatAgo('2026-11-23T17:15:00Z', now), '45 minutes ago')
  assert.equal(formatAgo('2026-11-23T16:10:00Z', now), '1 hour ago')
  assert.equal(formatAgo('2026-11-20T18:00:00Z', now), '3 days ago')
  assert.equal(formatAgo('never', now), '')
})

test('numbers carry a sign, a unit or a plural as they need', () => {
  assert.equal(formatSigned(14), '+14')
  assert.equal(formatSigned(-9), '−9')
  assert.equal(formatSigned(0), '0')
  assert.equal(formatBytes(512), '512 bytes')
  assert.equal(formatBytes(120_000), '117 KB')
  assert.equal(formatCounted(1, 'lead'), '1 lead')
  assert.equal(formatCounted(1204, 'lead'), '1,204 leads')
})
