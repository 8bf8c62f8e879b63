'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'

import { claimLead, undoClaim } from '@/api/claims'
import { problemOf } from '@/api/errors'
import { readSession } from '@/api/session'
import { formatCredits } from '@/lib/format'
import { textOf, type Told } from '@/lib/forms'
import { signInHref } from '@/lib/paths'

import { explainRefusal } from './words'

/** Claims the lead of the form, or gives its claim back, as `wanted` says. */
export async function changeClaim(_before: Told | null, form: FormData): Promise<Told> {
  const leadId = textOf(form, 'lead_id')
  const session = await readSession()
  if (!session) redirect(signInHref(`/leads/${leadId}`))
  const wanted = textOf(form, 'wanted')
  try {
    if (wanted === 'undo') return await undo(session.accessToken, textOf(form, 'claim_id'))
    return await claim(session.accessToken, leadId, wanted === 'exclusive', textOf(form, 'write_key'))
  } catch (error) {
    return explainRefusal(problemOf(error))
  } finally {
    refresh()
  }
}

async function claim(token: string, leadId: string, isExclusive: boolean, writeKey: string): Promise<Told> {
  const { credits } = await claimLead(token, leadId, isExclusive, `${writeKey}:${isExclusive}`)
  const text = `It cost ${formatCredits(credits)}. The names on its permit are open to you now.`
  return { look: 'done', title: isExclusive ? 'Claimed, for you alone.' : 'Claimed.', text, wayOut: null }
}

async function undo(token: string, claimId: string): Promise<Told> {
  const credits = await undoClaim(token, claimId)
  const text = `${formatCredits(credits)} came back, and the place is free for others.`
  return { look: 'done', title: 'Undone.', text, wayOut: null }
}
