import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

export default function LeadLoading() {
  return (
    <Page width="max-w-[84rem]">
      <p role="status" className="sr-only">
        Loading the lead
      </p>
      <div className="space-y-5">
        <Skeleton className="h-5 w-24" />
        <Skeleton className="h-40 w-full" />
        <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
          <Skeleton className="h-96 w-full" />
          <Skeleton className="h-72 w-full" />
        </div>
      </div>
    </Page>
  )
}
