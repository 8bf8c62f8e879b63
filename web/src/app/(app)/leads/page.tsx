import type { Metadata } from 'next'
import { redirect } from 'next/navigation'

import { listCounties, listTrades } from '@/api/catalog'
import { BackendError } from '@/api/errors'
import { listLeads } from '@/api/leads'
import { readSession } from '@/api/session'
import type { LeadPage } from '@/api/types'
import { LeadsView } from '@/features/leads/LeadsView'
import { RefusedFilter } from '@/features/leads/RefusedFilter'
import { type LeadFilter, leadsHref, parseLeadFilter } from '@/lib/leadFilter'
import { signInHref } from '@/lib/paths'

export const metadata: Metadata = { title: 'Leads' }

/** A filter that only the API can refuse (a cursor of another search) is told to the reader; the rest is a failure. */
async function tryLeads(accessToken: string, filter: LeadFilter): Promise<LeadPage | BackendError> {
  try {
    return await listLeads(accessToken, filter)
  } catch (error) {
    if (error instanceof BackendError && [400, 422].includes(error.status)) return error
    throw error
  }
}

export default async function LeadsPage({ searchParams }: PageProps<'/leads'>) {
  const params = await searchParams
  const session = await readSession()
  if (!session) redirect(signInHref(leadsHref(parseLeadFilter(params).filter)))
  const [trades, counties] = await Promise.all([listTrades(), listCounties()])
  const { filter, ignored } = parseLeadFilter(
    params,
    trades.map(({ trade }) => trade),
  )
  const page = await tryLeads(session.accessToken, filter)
  if (page instanceof BackendError) return <RefusedFilter reason={page.message} />
  return (
    <LeadsView
      page={page}
      filter={filter}
      ignored={ignored}
      trades={trades}
      counties={counties}
      now={new Date()}
    />
  )
}
