'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'

import { chooseMetro, openCheckout, openPortal } from '@/api/billing'
import { problemOf } from '@/api/errors'
import { readSession } from '@/api/session'
import { textOf, type Told } from '@/lib/forms'
import { signInHref } from '@/lib/paths'

import { explainBilling } from './words'

async function tokenOf(): Promise<string> {
  const session = await readSession()
  if (!session) redirect(signInHref('/billing'))
  return session.accessToken
}

function refused(text: string): Told {
  return { look: 'alarm', title: 'Not done.', text, wayOut: null }
}

/** To the page where the plan of the form is paid. */
export async function buyPlan(_before: Told | null, form: FormData): Promise<Told> {
  const plan = textOf(form, 'plan')
  const isForMetro = form.has('metro')
  const metro = textOf(form, 'metro')
  if (isForMetro && metro === '') return refused('Choose the metropolitan area first. Nothing was charged.')
  const key = `${textOf(form, 'write_key')}:${plan}:${metro}`
  return leaveFor((token) => openCheckout(token, { kind: 'plan', plan, metro: metro || null }, key))
}

/** To the page where the pack of the form is paid. */
export async function buyPack(_before: Told | null, form: FormData): Promise<Told> {
  const pack = textOf(form, 'pack')
  const key = `${textOf(form, 'write_key')}:${pack}`
  return leaveFor((token) => openCheckout(token, { kind: 'pack', pack }, key))
}

export async function enterPortal(): Promise<Told> {
  return leaveFor(openPortal)
}

/** `redirect` throws, so it stands outside of the part that catches. */
async function leaveFor(open: (accessToken: string) => Promise<string>): Promise<Told> {
  const token = await tokenOf()
  const opened = await open(token).catch((error: unknown) => explainBilling(problemOf(error)))
  if (typeof opened === 'string') redirect(opened)
  refresh()
  return opened
}

export async function setMetro(_before: Told | null, form: FormData): Promise<Told> {
  const metro = textOf(form, 'metro')
  if (metro === '') return refused('Choose an area.')
  const token = await tokenOf()
  try {
    await chooseMetro(token, metro)
    return { look: 'done', title: 'The area is chosen.', text: '', wayOut: null }
  } catch (error) {
    return explainBilling(problemOf(error))
  } finally {
    refresh()
  }
}
