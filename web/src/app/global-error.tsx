'use client'

import './globals.css'

import { Failure } from '@/features/frame/Failure'

/** Only where the frame of the page itself fails, so it brings its own. */
export default function GlobalError({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <head>
        <title>LeadLedgerPro</title>
      </head>
      <body className="font-sans">
        <main>
          <Failure error={error} retry={retry} />
        </main>
      </body>
    </html>
  )
}
