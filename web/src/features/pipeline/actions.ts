'use server'

import { refresh } from 'next/cache'
import { redirect } from 'next/navigation'

import { makeTask, moveClaim, setTaskDone, writeNote } from '@/api/claims'
import { problemOf } from '@/api/errors'
import { readSession } from '@/api/session'
import { textOf, type Told } from '@/lib/forms'
import { signInHref } from '@/lib/paths'
import { parseCents, STAGES } from '@/lib/stages'

import { explainWork, isMoveReason, STAGE_WORDS } from './words'

function refused(text: string): Told {
  return { look: 'alarm', title: 'Not saved.', text, wayOut: null }
}

/** Writes in the reader's name, and shows the newest afterwards whether it went well or not. */
async function save(title: string, write: (accessToken: string) => Promise<unknown>): Promise<Told> {
  const session = await readSession()
  if (!session) redirect(signInHref('/my-leads'))
  try {
    await write(session.accessToken)
    return { look: 'done', title, text: '', wayOut: null }
  } catch (error) {
    return explainWork(problemOf(error))
  } finally {
    refresh()
  }
}

export async function move(_before: Told | null, form: FormData): Promise<Told> {
  const stage = STAGES.find((known) => known === textOf(form, 'stage'))
  if (!stage) return refused('Choose the next stage.')
  const reason = textOf(form, 'reason')
  if (stage === 'lost' && !isMoveReason(reason)) return refused('Say why it was lost.')
  const amount = stage === 'quoted' || stage === 'won' ? textOf(form, 'amount') : ''
  const cents = amount === '' ? undefined : parseCents(amount)
  if (cents === null) return refused('Enter the amount in dollars, such as 18400 or 18,400.50.')
  const wanted = {
    version: Number(textOf(form, 'version')),
    stage,
    ...(stage === 'lost' && isMoveReason(reason) && { reason }),
    ...(cents !== undefined && { amount_cents: cents }),
  }
  return save(`Moved to ${STAGE_WORDS[stage].label.toLowerCase()}.`, (token) =>
    moveClaim(token, textOf(form, 'claim_id'), wanted),
  )
}

export async function addNote(_before: Told | null, form: FormData): Promise<Told> {
  const body = textOf(form, 'body')
  if (body === '') return refused('Write something first.')
  return save('Note saved.', (token) =>
    writeNote(token, textOf(form, 'claim_id'), body, textOf(form, 'write_key')),
  )
}

export async function addTask(_before: Told | null, form: FormData): Promise<Told> {
  const title = textOf(form, 'title')
  if (title === '') return refused('Say what is to be done.')
  const due = textOf(form, 'due_date')
  const task = { title, ...(due !== '' && { due_date: due }) }
  return save('Task added.', (token) =>
    makeTask(token, textOf(form, 'claim_id'), task, textOf(form, 'write_key')),
  )
}

export async function markTask(_before: Told | null, form: FormData): Promise<Told> {
  const isDone = textOf(form, 'is_done') === 'true'
  return save(isDone ? 'Done.' : 'Open again.', (token) =>
    setTaskDone(token, textOf(form, 'task_id'), Number(textOf(form, 'version')), isDone),
  )
}
