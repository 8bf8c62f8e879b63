import { ButtonLink } from '@/ui/Button'
import { MessagePage } from '@/ui/Page'

export default function ClaimNotFound() {
  return (
    <MessagePage title="No such claim">
      <p className="text-ink-2">
        Your account holds no claim with this address. It may have been given back.
      </p>
      <ButtonLink href="/my-leads">My leads</ButtonLink>
    </MessagePage>
  )
}
