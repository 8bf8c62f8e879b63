import type { ReactNode } from 'react'

/** Width and margins of a page of text or cards. */
export function Page({ children, width = 'max-w-6xl' }: { children: ReactNode; width?: string }) {
  return <div className={`mx-auto w-full px-4 py-6 sm:px-6 lg:py-8 ${width}`}>{children}</div>
}

/** A page that has nothing to show but a reason and the next step. */
export function MessagePage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Page width="max-w-xl">
      <div className="mt-8 space-y-4 card p-6 sm:p-8">
        <h1 className="text-2xl font-bold tracking-tight">{title}</h1>
        {children}
      </div>
    </Page>
  )
}
