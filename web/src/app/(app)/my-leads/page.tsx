import type { Metadata } from 'next'
import { redirect } from 'next/navigation'

import { readAccount } from '@/api/account'
import { listTrades } from '@/api/catalog'
import { listClaims } from '@/api/claims'
import { BackendError } from '@/api/errors'
import { readSession } from '@/api/session'
import type { ClaimPage } from '@/api/types'
import { ClaimsView } from '@/features/pipeline/ClaimsView'
import { signInHref } from '@/lib/paths'
import { type ClaimFilter, claimsHref, parseClaimFilter } from '@/lib/stages'

export const metadata: Metadata = { title: 'My leads' }

/** A cursor of another list shows the first page of this one. */
async function tryClaims(accessToken: string, { stage, cursor }: ClaimFilter): Promise<ClaimPage> {
  try {
    return await listClaims(accessToken, { stage: stage ? [stage] : [], cursor })
  } catch (error) {
    if (cursor && error instanceof BackendError && [400, 422].includes(error.status))
      redirect(claimsHref({ stage }))
    throw error
  }
}

export default async function MyLeadsPage({ searchParams }: PageProps<'/my-leads'>) {
  const filter = parseClaimFilter(await searchParams)
  const session = await readSession()
  if (!session) redirect(signInHref(claimsHref(filter)))
  const { accessToken } = session
  const [page, trades, { role }] = await Promise.all([
    tryClaims(accessToken, filter),
    listTrades(),
    readAccount(accessToken),
  ])
  return <ClaimsView {...{ page, filter, trades, role }} now={new Date()} />
}
