import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'

import { readAccount } from '@/api/account'
import { readPrices } from '@/api/catalog'
import { readClaim } from '@/api/claims'
import { readCredits, readOffer } from '@/api/credits'
import { BackendError } from '@/api/errors'
import { readLead } from '@/api/leads'
import { readSession } from '@/api/session'
import type { LeadDetail } from '@/api/types'
import { ClaimPanel } from '@/features/claims/ClaimPanel'
import { LeadDetailView } from '@/features/leads/detail/LeadDetailView'
import { signInHref } from '@/lib/paths'

export const metadata: Metadata = { title: 'Lead' }

/** Unknown ids, and texts that can be no id, are both simply not found. */
async function findLead(accessToken: string, leadId: string): Promise<LeadDetail> {
  try {
    return await readLead(accessToken, leadId)
  } catch (error) {
    if (error instanceof BackendError && [400, 404, 422].includes(error.status)) notFound()
    throw error
  }
}

export default async function LeadPage({ params }: PageProps<'/leads/[id]'>) {
  const { id } = await params
  const session = await readSession()
  if (!session) redirect(signInHref(`/leads/${id}`))
  const { accessToken } = session
  const lead = await findLead(accessToken, id)
  const [offer, claim, credits, { role }, prices] = await Promise.all([
    readOffer(accessToken, id),
    lead.claim && readClaim(accessToken, lead.claim.claim_id),
    readCredits(accessToken),
    readAccount(accessToken),
    readPrices(),
  ])
  const now = new Date()
  return (
    <LeadDetailView lead={lead} now={now}>
      <ClaimPanel {...{ lead, offer, claim, credits, role, prices, now }} />
    </LeadDetailView>
  )
}
