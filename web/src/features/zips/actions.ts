'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'

import { buyExclusiveZip } from '@/api/credits'
import { type Problem, problemOf } from '@/api/errors'
import { readSession } from '@/api/session'
import { formatInstant } from '@/lib/format'
import { textOf, type Told } from '@/lib/forms'
import { signInHref } from '@/lib/paths'

function alarm(title: string, text: string, wayOut: Told['wayOut'] = null): Told {
  return { look: 'alarm', title, text, wayOut }
}

/** Buys the ZIP and trade of the form for the account. */
export async function buyZip(_before: Told | null, form: FormData): Promise<Told> {
  const trade = textOf(form, 'trade')
  const zip = textOf(form, 'zip')
  if (trade === '') return alarm('Not bought.', 'Choose a trade.')
  if (!/^\d{5}$/.test(zip)) return alarm('Not bought.', 'A ZIP has five digits.')
  const session = await readSession()
  if (!session) redirect(signInHref('/credits'))
  try {
    const key = `${textOf(form, 'write_key')}:${trade}:${zip}`
    const { ends_at } = await buyExclusiveZip(session.accessToken, { trade, zip }, key)
    const text = `Nobody else may claim this trade there until ${formatInstant(ends_at)}.`
    return { look: 'done', title: `${zip} is yours.`, text, wayOut: null }
  } catch (error) {
    return explainZip(problemOf(error))
  } finally {
    refresh()
  }
}

function explainZip({ status, code, message }: Problem): Told {
  if (code === 'credits_missing') {
    const wayOut = { href: '/billing', label: 'Plans and packs' }
    return alarm('Not enough credits.', 'Nothing was charged.', wayOut)
  }
  if (code === 'zip_taken')
    return alarm('Held by another.', 'Two can never hold the same. Nothing was charged.')
  if (code === 'forbidden') return alarm('Your role only looks.', 'Viewers buy nothing.')
  if (status === 0 || status >= 500)
    return alarm('No answer.', 'Send it again: the same click is never charged twice.')
  return alarm('Not bought.', `${message.charAt(0).toUpperCase()}${message.slice(1)}.`)
}
