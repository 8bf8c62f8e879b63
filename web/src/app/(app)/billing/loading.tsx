import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

export default function BillingLoading() {
  return (
    <Page>
      <p role="status" className="sr-only">
        Loading your billing
      </p>
      <div className="space-y-6">
        <Skeleton className="h-8 w-40" />
        <Skeleton className="h-28 w-full" />
        <Skeleton className="h-96 w-full" />
      </div>
    </Page>
  )
}
