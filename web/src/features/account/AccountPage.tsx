import type { ReactNode } from 'react'

import { Page } from '@/ui/Page'

interface Props {
  title: string
  intro: string
  children: ReactNode
  footer: ReactNode
}

export function AccountPage({ title, intro, children, footer }: Props) {
  return (
    <Page width="max-w-md">
      <div className="mt-4 card p-6 sm:mt-10 sm:p-8">
        <h1 className="text-2xl font-bold tracking-tight">{title}</h1>
        <p className="mt-1.5 mb-6 text-ink-2">{intro}</p>
        {children}
        <p className="mt-6 border-t border-line pt-4 text-sm text-ink-2">{footer}</p>
      </div>
    </Page>
  )
}
