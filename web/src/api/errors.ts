/** The API's one error body, as it comes with every status outside 2xx. */
export interface ErrorBody {
  code: string
  message: string
  field?: string | null
  request_id?: string | null
}

/** The API answered with an error, or did not answer at all (status 0). */
export class BackendError extends Error {
  override readonly name = 'BackendError'
  /** Next.js shows this to the reader and writes it to the log, so that the two can be matched. */
  readonly digest: string

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null,
    requestId: string,
  ) {
    super(message)
    this.digest = requestId
  }
}

function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === 'object' && body !== null && 'code' in body && 'message' in body
}

/** The error of an answer; a body that is not ours (a proxy's page) still gives a plain sentence. */
export function backendError(status: number, body: unknown): BackendError {
  if (!isErrorBody(body)) {
    return new BackendError(
      status,
      'unreadable_error',
      `The API answered ${status} without saying why.`,
      null,
      `api-${status}`,
    )
  }
  const { code, message, field, request_id } = body
  return new BackendError(status, code, message, field ?? null, request_id ?? `api-${status}`)
}

export function unreachable(cause: unknown): BackendError {
  const error = new BackendError(
    0,
    'backend_unreachable',
    'The API does not answer.',
    null,
    'api-unreachable',
  )
  error.cause = cause
  return error
}

/** A refusal that a form tells its reader; plain, so that it reaches the browser. */
export interface Problem {
  status: number
  code: string
  message: string
}

/** The refusal behind an error. Anything else is a bug and is thrown on. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof BackendError)) throw error
  const { status, code, message } = error
  return { status, code, message }
}
