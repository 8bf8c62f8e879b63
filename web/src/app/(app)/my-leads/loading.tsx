import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

export default function MyLeadsLoading() {
  return (
    <Page>
      <p role="status" className="sr-only">
        Loading your leads
      </p>
      <div className="space-y-4">
        <Skeleton className="h-8 w-40" />
        <Skeleton className="h-10 w-full" />
        <Skeleton className="h-28 w-full" />
        <Skeleton className="h-28 w-full" />
      </div>
    </Page>
  )
}
