'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'

import { changeCap } from '@/api/credits'
import { problemOf } from '@/api/errors'
import { readSession } from '@/api/session'
import { formatCredits } from '@/lib/format'
import { textOf, type Told } from '@/lib/forms'
import { signInHref } from '@/lib/paths'

function refused(title: string, text: string): Told {
  return { look: 'alarm', title, text, wayOut: null }
}

/** Sets the cap of the form, or takes it away where its field is empty. */
export async function setCap(_before: Told | null, form: FormData): Promise<Told> {
  const session = await readSession()
  if (!session) redirect(signInHref('/credits'))
  const text = textOf(form, 'credits_a_month')
  if (text !== '' && !/^\d{1,7}$/.test(text))
    return refused('Not changed.', 'Enter a whole number of credits, or nothing for no cap.')
  const credits = text === '' ? null : Number(text)
  try {
    await changeCap(session.accessToken, textOf(form, 'user_id') || null, credits)
  } catch (error) {
    return refused('Not changed.', `${problemOf(error).message}.`)
  }
  refresh()
  const title = credits === null ? 'No cap now.' : `The cap is ${formatCredits(credits)} a month now.`
  return { look: 'done', title, text: '', wayOut: null }
}
