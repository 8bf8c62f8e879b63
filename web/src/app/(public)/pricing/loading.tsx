import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

export default function PricingLoading() {
  return (
    <Page>
      <p role="status" className="sr-only">
        Loading the prices
      </p>
      <div className="space-y-6">
        <Skeleton className="h-10 w-full max-w-lg" />
        <Skeleton className="h-24 w-full" />
        <div className="grid gap-4 md:grid-cols-3">
          <Skeleton className="h-80 w-full" />
          <Skeleton className="h-80 w-full" />
          <Skeleton className="h-80 w-full" />
        </div>
      </div>
    </Page>
  )
}
