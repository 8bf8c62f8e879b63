'use client'

import { Button } from '@/ui/Button'
import { MessagePage } from '@/ui/Page'

interface Props {
  error: unknown
  retry: () => void
}

function referenceOf(error: unknown): string | null {
  return error instanceof Error && 'digest' in error && typeof error.digest === 'string' ? error.digest : null
}

/** A page that could not be put together: what happened, that nothing changed, and what to do. */
export function Failure({ error, retry }: Props) {
  const reference = referenceOf(error)
  return (
    <MessagePage title="This page could not be loaded">
      <p className="text-ink-2">
        The service behind it did not answer as it should. Nothing was changed. Try again; if it stays like
        this, give the reference below to support.
      </p>
      {reference && (
        <p className="text-sm text-ink-3">
          Reference: <code className="font-mono">{reference}</code>
        </p>
      )}
      <Button type="button" onClick={() => retry()}>
        Try again
      </Button>
    </MessagePage>
  )
}
