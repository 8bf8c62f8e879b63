import { ButtonLink } from '@/ui/Button'
import { MessagePage } from '@/ui/Page'

/** The API could not read this search; its own sentence says why. */
export function RefusedFilter({ reason }: { reason: string }) {
  return (
    <MessagePage title="This search cannot be read">
      <p className="text-ink-2">{reason}</p>
      <ButtonLink href="/leads">All leads</ButtonLink>
    </MessagePage>
  )
}
