import 'server-only'

import createClient, { type Client } from 'openapi-fetch'

import { readConfig } from '@/lib/config'

import { backendError, unreachable } from './errors'
import type { paths } from './schema'

const TIMEOUT_MS = 15_000

async function fetchFresh(request: Request): Promise<Response> {
  try {
    return await fetch(request, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (cause) {
    throw unreachable(cause)
  }
}

/** The API in the reader's name, or in nobody's where no token is given. */
export function backend(accessToken?: string): Client<paths> {
  const headers = accessToken ? { Authorization: `Bearer ${accessToken}` } : {}
  return createClient<paths>({ baseUrl: readConfig().backendUrl, headers, fetch: fetchFresh })
}

interface Answer<Data> {
  data?: Data
  error?: unknown
  response: Response
}

/** The body of a good answer. Throws BackendError for any other. */
export function bodyOf<Data>({ data, error, response }: Answer<Data>): Data {
  if (!response.ok || data === undefined) throw backendError(response.status, error)
  return data
}
