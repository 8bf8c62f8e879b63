'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'

import { problemOf } from '@/api/errors'
import { appealRefund, requestRefund } from '@/api/refunds'
import { readSession } from '@/api/session'
import { textOf, type Told } from '@/lib/forms'
import { signInHref } from '@/lib/paths'

import { explainRefundRefusal, isComplaint, tellRequest } from './words'

function refused(text: string): Told {
  return { look: 'alarm', title: 'Not sent.', text, wayOut: null }
}

/** Asks for the credits of the form's claim; what the records prove is credited at once. */
export async function reportProblem(_before: Told | null, form: FormData): Promise<Told> {
  const claimId = textOf(form, 'claim_id')
  const complaint = textOf(form, 'complaint')
  const words = textOf(form, 'words')
  if (!isComplaint(complaint)) return refused('Choose what was wrong.')
  if (complaint === 'other' && words === '') return refused('Say in your words what was wrong.')
  const session = await readSession()
  if (!session) redirect(signInHref(`/my-leads/${claimId}`))
  try {
    const wanted = { claim_id: claimId, complaint, words }
    return tellRequest(await requestRefund(session.accessToken, wanted, textOf(form, 'write_key')))
  } catch (error) {
    return explainRefundRefusal(problemOf(error))
  } finally {
    refresh()
  }
}

export async function askAgain(_before: Told | null, form: FormData): Promise<Told> {
  const words = textOf(form, 'words')
  if (words === '') return refused('Say why the refusal is wrong.')
  const session = await readSession()
  if (!session) redirect(signInHref('/my-leads'))
  try {
    await appealRefund(session.accessToken, textOf(form, 'refund_request_id'), words)
    return {
      look: 'done',
      title: 'Sent.',
      text: 'Another look is taken, and its answer comes here.',
      wayOut: null,
    }
  } catch (error) {
    return explainRefundRefusal(problemOf(error))
  } finally {
    refresh()
  }
}
