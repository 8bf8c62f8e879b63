import { Skeleton } from '@/ui/Skeleton'

export default function LeadsLoading() {
  return (
    <div className="mx-auto w-full max-w-[110rem] space-y-4 px-4 py-5 sm:px-6">
      <p role="status" className="sr-only">
        Loading leads
      </p>
      <Skeleton className="h-8 w-40" />
      <Skeleton className="h-10 w-full" />
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(20rem,32%)]">
        <div className="space-y-5 card p-4">
          {Array.from({ length: 8 }, (_, row) => (
            <div key={row} className="flex gap-4">
              <Skeleton className="h-10 w-11" />
              <div className="flex-1 space-y-2">
                <Skeleton className="h-4 w-1/3" />
                <Skeleton className="h-4 w-5/6" />
              </div>
            </div>
          ))}
        </div>
        <Skeleton className="h-96 w-full max-lg:hidden" />
      </div>
    </div>
  )
}
