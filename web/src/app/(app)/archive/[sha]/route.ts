import { type NextRequest, NextResponse } from 'next/server'

import { BackendError } from '@/api/errors'
import { openArchivedPage } from '@/api/leads'
import { readSession } from '@/api/session'

const PASSED_ON = ['content-type', 'content-disposition', 'etag'] as const

/** The archived bytes for a browser, which has a session cookie but no token to show the API. */
export async function GET(_request: NextRequest, { params }: RouteContext<'/archive/[sha]'>) {
  const { sha } = await params
  if (!/^[0-9a-f]{64}$/.test(sha)) return refused(404, 'This is no sha-256 of an archived page.')
  const session = await readSession()
  if (!session) return refused(401, 'Sign in to download archived pages.')
  try {
    return passOn(await openArchivedPage(session.accessToken, sha))
  } catch (error) {
    if (error instanceof BackendError) return refused(error.status || 502, error.message)
    throw error
  }
}

/** Only the headers that describe the bytes; the content is never shown in the page's own origin. */
function passOn(page: Response): NextResponse {
  const headers = new Headers({ 'cache-control': 'private, no-store', 'content-disposition': 'attachment' })
  for (const name of PASSED_ON) {
    const value = page.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  return new NextResponse(page.body, { headers })
}

function refused(status: number, message: string): NextResponse {
  return new NextResponse(`${message}\n`, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  })
}
