import type { Metadata } from 'next'
import { redirect } from 'next/navigation'

import { listMembers, readAccount } from '@/api/account'
import { listTrades } from '@/api/catalog'
import { listEntries, listExclusiveZips, readCredits } from '@/api/credits'
import { BackendError } from '@/api/errors'
import { listRefunds } from '@/api/refunds'
import { readSession } from '@/api/session'
import type { EntryPage } from '@/api/types'
import { CreditsView } from '@/features/credits/CreditsView'
import { Refunds } from '@/features/refunds/Refunds'
import { ZipDesk } from '@/features/zips/ZipDesk'
import { signInHref } from '@/lib/paths'

export const metadata: Metadata = { title: 'Credits' }

/** A cursor that is none of ours shows the newest lines. */
async function tryEntries(accessToken: string, cursor: string | undefined): Promise<EntryPage> {
  try {
    return await listEntries(accessToken, { cursor, limit: 25 })
  } catch (error) {
    if (error instanceof BackendError && [400, 422].includes(error.status)) redirect('/credits')
    throw error
  }
}

export default async function CreditsPage({ searchParams }: PageProps<'/credits'>) {
  const { cursor: asked } = await searchParams
  const cursor = typeof asked === 'string' ? asked : undefined
  const session = await readSession()
  if (!session) redirect(signInHref('/credits'))
  const { accessToken } = session
  const [credits, page, members, trades, { role }, refunds, zips] = await Promise.all([
    readCredits(accessToken),
    tryEntries(accessToken, cursor),
    listMembers(accessToken),
    listTrades(),
    readAccount(accessToken),
    listRefunds(accessToken),
    listExclusiveZips(accessToken),
  ])
  return (
    <CreditsView
      {...{ credits, page, members, trades, role }}
      isFirstPage={cursor === undefined}
      refunds={<Refunds page={refunds} />}
      zips={<ZipDesk zips={zips} trades={trades} canBuy={role !== 'viewer'} />}
    />
  )
}
