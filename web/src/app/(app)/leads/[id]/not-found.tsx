import { ButtonLink } from '@/ui/Button'
import { MessagePage } from '@/ui/Page'

export default function LeadNotFound() {
  return (
    <MessagePage title="No such lead">
      <p className="text-ink-2">
        There is no lead with this address. It may have been mistyped, or the publisher withdrew the permit.
      </p>
      <ButtonLink href="/leads">All leads</ButtonLink>
    </MessagePage>
  )
}
