import 'server-only'

import { backend, bodyOf } from './client'
import type { Claim, ClaimDetail, ClaimMove, ClaimPage, NotePage, Stage, Task } from './types'

/** Claims a lead and pays for it; sent again with the same key it is done once. */
export async function claimLead(
  accessToken: string,
  leadId: string,
  isExclusive: boolean,
  writeKey: string,
): Promise<Claim> {
  return bodyOf(
    await backend(accessToken).POST('/api/claims', {
      body: { lead_id: leadId, is_exclusive: isExclusive },
      params: { header: { 'idempotency-key': writeKey } },
    }),
  )
}

/** Claims of the account, newest first, and how many stand in each stage. */
export async function listClaims(
  accessToken: string,
  asked: { stage?: Stage[]; cursor?: string },
): Promise<ClaimPage> {
  return bodyOf(await backend(accessToken).GET('/api/claims', { params: { query: asked } }))
}

export async function readClaim(accessToken: string, claimId: string): Promise<ClaimDetail> {
  return bodyOf(await backend(accessToken).GET('/api/claims/{claim_id}', atClaim(claimId)))
}

/** Gives a claim back with its credits, which it says; refused, it changes nothing. */
export async function undoClaim(accessToken: string, claimId: string): Promise<number> {
  return bodyOf(await backend(accessToken).POST('/api/claims/{claim_id}/undo', atClaim(claimId))).credits
}

/** Moves a claim to its next stage; refused where somebody moved it since `version` was read. */
export async function moveClaim(accessToken: string, claimId: string, move: ClaimMove): Promise<Claim> {
  return bodyOf(
    await backend(accessToken).POST('/api/claims/{claim_id}/moves', { ...atClaim(claimId), body: move }),
  )
}

/** Notes of a claim, newest first. */
export async function listNotes(accessToken: string, claimId: string, cursor?: string): Promise<NotePage> {
  const params = { ...atClaim(claimId).params, query: { cursor, limit: 50 } }
  return bodyOf(await backend(accessToken).GET('/api/claims/{claim_id}/notes', { params }))
}

export async function writeNote(accessToken: string, claimId: string, body: string, writeKey: string) {
  const params = { ...atClaim(claimId).params, header: { 'idempotency-key': writeKey } }
  return bodyOf(await backend(accessToken).POST('/api/claims/{claim_id}/notes', { params, body: { body } }))
}

/** Tasks of a claim by due day, the open ones before those that are done. */
export async function listTasksOf(accessToken: string, claimId: string): Promise<Task[]> {
  const pages = await Promise.all(
    [false, true].map(async (is_done) =>
      bodyOf(
        await backend(accessToken).GET('/api/tasks', {
          params: { query: { claim_id: claimId, is_done, limit: 100 } },
        }),
      ),
    ),
  )
  return pages.flatMap(({ items }) => items)
}

export async function makeTask(
  accessToken: string,
  claimId: string,
  task: { title: string; due_date?: string },
  writeKey: string,
): Promise<Task> {
  const params = { ...atClaim(claimId).params, header: { 'idempotency-key': writeKey } }
  return bodyOf(await backend(accessToken).POST('/api/claims/{claim_id}/tasks', { params, body: task }))
}

/** Says that a task is done, or that it is not. */
export async function setTaskDone(
  accessToken: string,
  taskId: string,
  version: number,
  isDone: boolean,
): Promise<Task> {
  return bodyOf(
    await backend(accessToken).PATCH('/api/tasks/{task_id}', {
      params: { path: { task_id: taskId } },
      body: { version, is_done: isDone },
    }),
  )
}

function atClaim(claimId: string) {
  return { params: { path: { claim_id: claimId } } }
}
