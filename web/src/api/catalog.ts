import 'server-only'

import { cache } from 'react'

import { backend, bodyOf } from './client'
import type { County, Coverage, PriceList, TradeName } from './types'

/** What is loaded, how fresh it is and what each publisher leaves out. Public. */
export const readCoverage = cache(async (): Promise<Coverage> => bodyOf(await backend().GET('/api/coverage')))

export const listTrades = cache(
  async (): Promise<TradeName[]> => bodyOf(await backend().GET('/api/trades')).trades,
)

/** The counties that have at least one dataset. */
export const listCounties = cache(
  async (): Promise<County[]> => bodyOf(await backend().GET('/api/counties')).counties,
)

/** Everything that is sold, and on which terms. Public. */
export const readPrices = cache(async (): Promise<PriceList> => bodyOf(await backend().GET('/api/plans')))
