import assert from 'node:assert/strict'
import { test } from 'node:test'

import { filterChips, leadsHref, parseLeadFilter, type SearchParams } from './leadFilter'

const names = {
  tradeName: (trade: string) => trade.toUpperCase(),
  countyName: (fips: string) => `County ${fips}`,
  openness: (openness: string) => openness,
  kind: (kind: string) => kind,
  usd: (amount: number) => `$${amount}`,
  day: (day: string) => day,
}

function roundTrip(params: SearchParams): string {
  return leadsHref(parseLeadFilter(params).filter)
}

test('the address of a filter is read back to the same filter', () => {
  const href =
    '/leads?trade=hvac&trade=roofing&county=48453&zip=78704&kind=direct&min_score=40&min_cost=5000&issued_since=2026-11-01&q=new+roof'
  const query = new URL(href, 'http://x').searchParams
  const params = Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name)]))
  assert.equal(roundTrip(params), href)
})

test('equal filters give one address, whatever their order, repetition and spelling', () => {
  assert.equal(roundTrip({ trade: ['roofing', 'hvac', 'roofing'] }), '/leads?trade=hvac&trade=roofing')
  assert.equal(roundTrip({ zip: '78745, 78704' }), roundTrip({ zip: ['78704', '78745'] }))
  assert.equal(roundTrip({ min_cost: '$5,000' }), '/leads?min_cost=5000')
})

test('an empty form is the plain list', () => {
  assert.equal(
    roundTrip({ q: ' ', zip: '', min_score: '', openness: ['open', 'likely'], kind: '' }),
    '/leads',
  )
})

test('what cannot be read is left out and said', () => {
  const { filter, ignored } = parseLeadFilter(
    {
      zip: '7870',
      county: 'travis',
      min_score: '101',
      min_cost: '-5',
      issued_since: '2026-02-30',
      openness: 'maybe',
      kind: 'both',
      trade: 'juggling',
    },
    ['roofing'],
  )
  assert.deepEqual(ignored.map(({ field }) => field).sort(), [
    'county',
    'issued_since',
    'kind',
    'min_cost',
    'min_score',
    'openness',
    'trade',
    'zip',
  ])
  assert.equal(leadsHref(filter), '/leads')
})

test('a zero is an answer, not an empty field', () => {
  assert.equal(roundTrip({ min_score: '0' }), '/leads?min_score=0')
})

test('each chip leads to the first page without its filter alone', () => {
  const { filter } = parseLeadFilter({
    trade: ['roofing', 'hvac'],
    q: 'deck',
    cursor: 'abc',
    openness: 'taken',
  })
  const chips = filterChips(filter, names)
  assert.deepEqual(
    chips.map(({ label }) => label),
    ['ROOFING', 'HVAC', '“deck”', 'taken'],
  )
  assert.equal(chips[0]?.hrefWithout, '/leads?trade=hvac&openness=taken&q=deck')
  assert.equal(chips[3]?.hrefWithout, '/leads?trade=hvac&trade=roofing&q=deck')
})
