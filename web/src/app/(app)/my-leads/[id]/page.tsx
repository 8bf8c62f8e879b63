import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'

import { listMembers, readAccount } from '@/api/account'
import { listTrades } from '@/api/catalog'
import { listNotes, listTasksOf, readClaim } from '@/api/claims'
import { BackendError } from '@/api/errors'
import { findRefund, findRefundRequest } from '@/api/refunds'
import { readSession } from '@/api/session'
import type { ClaimDetail } from '@/api/types'
import { ClaimView } from '@/features/pipeline/ClaimView'
import { Problem } from '@/features/refunds/Problem'
import { signInHref } from '@/lib/paths'

export const metadata: Metadata = { title: 'Claim' }

/** Unknown ids, and texts that can be no id, are both simply not found. */
async function findClaim(accessToken: string, claimId: string): Promise<ClaimDetail> {
  try {
    return await readClaim(accessToken, claimId)
  } catch (error) {
    if (error instanceof BackendError && [400, 404, 422].includes(error.status)) notFound()
    throw error
  }
}

export default async function ClaimPage({ params }: PageProps<'/my-leads/[id]'>) {
  const { id } = await params
  const session = await readSession()
  if (!session) redirect(signInHref(`/my-leads/${id}`))
  const { accessToken } = session
  const claim = await findClaim(accessToken, id)
  const [notes, tasks, members, trades, account, refund, request] = await Promise.all([
    listNotes(accessToken, id),
    listTasksOf(accessToken, id),
    listMembers(accessToken),
    listTrades(),
    readAccount(accessToken),
    findRefund(accessToken, claim.claim_id),
    findRefundRequest(accessToken, claim.claim_id),
  ])
  const now = new Date()
  return (
    <ClaimView {...{ claim, notes, tasks, members, trades, account, now }}>
      <Problem
        claim={claim}
        refund={refund}
        request={request}
        canWrite={account.role !== 'viewer'}
        now={now}
      />
    </ClaimView>
  )
}
