import './globals.css'

import type { Metadata, Viewport } from 'next'
import localFont from 'next/font/local'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'

import { BillingBanner } from '@/features/billing/BillingBanner'
import { SiteFooter } from '@/features/frame/SiteFooter'
import { SiteHeader } from '@/features/frame/SiteHeader'
import { parseTheme, THEME_COOKIE } from '@/lib/theme'

const text = localFont({
  src: '../../node_modules/@fontsource-variable/public-sans/files/public-sans-latin-wght-normal.woff2',
  variable: '--font-text',
  weight: '100 900',
  display: 'swap',
})

export const metadata: Metadata = {
  title: { default: 'LeadLedgerPro', template: '%s · LeadLedgerPro' },
  description:
    'Building permits read straight from the cities that issue them, scored for contractors, every field traced to the bytes it came from.',
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f6f5f0' },
    { media: '(prefers-color-scheme: dark)', color: '#0e1210' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value)
  return (
    <html lang="en" data-theme={theme} className={text.variable}>
      <body className="flex min-h-dvh flex-col font-sans antialiased">
        <a
          href="#main"
          className="absolute top-2 left-2 z-50 -translate-y-20 rounded-md bg-accent px-4 py-2 font-semibold text-on-accent focus:translate-y-0"
        >
          Skip to content
        </a>
        <SiteHeader theme={theme} />
        <BillingBanner />
        <main id="main" tabIndex={-1} className="flex-1 outline-none">
          {children}
        </main>
        <SiteFooter />
      </body>
    </html>
  )
}
