import type { Metadata } from 'next'

import { ButtonLink } from '@/ui/Button'
import { MessagePage } from '@/ui/Page'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <MessagePage title="Page not found">
      <p className="text-ink-2">Nothing stands at this address.</p>
      <div className="flex flex-wrap gap-3">
        <ButtonLink href="/leads">Leads</ButtonLink>
        <ButtonLink look="quiet" href="/">
          Home
        </ButtonLink>
      </div>
    </MessagePage>
  )
}
