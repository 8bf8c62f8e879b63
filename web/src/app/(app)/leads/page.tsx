import type { Metadata } from 'next'
import { redirect } from 'next/navigation'

import { listCounties, listTrades } from '@/api/catalog'
import { listLeads } from '@/api/leads'
import { readSession } from '@/api/session'
import { LeadsView } from '@/features/leads/LeadsView'
import { leadsHref, parseLeadFilter } from '@/lib/leadFilter'
import { signInHref } from '@/lib/paths'

export const metadata: Metadata = { title: 'Leads' }

export default async function LeadsPage({ searchParams }: PageProps<'/leads'>) {
  const { filter, ignored } = parseLeadFilter(await searchParams)
  const session = await readSession()
  if (!session) redirect(signInHref(leadsHref(filter)))
  const [page, trades, counties] = await Promise.all([
    listLeads(session.accessToken, filter),
    listTrades(),
    listCounties(),
  ])
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
