import { Page } from '@/ui/Page'
import { Skeleton } from '@/ui/Skeleton'

export default function CoverageLoading() {
  return (
    <Page width="max-w-[84rem]">
      <p role="status" className="sr-only">
        Loading the coverage
      </p>
      <div className="space-y-5">
        <Skeleton className="h-9 w-48" />
        <Skeleton className="h-5 w-full max-w-xl" />
        <Skeleton className="h-72 w-full" />
      </div>
    </Page>
  )
}
