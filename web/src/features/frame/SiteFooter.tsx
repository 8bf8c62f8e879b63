import Link from 'next/link'

export function SiteFooter() {
  return (
    <footer className="mt-10 border-t border-line text-sm text-ink-3">
      <div className="mx-auto flex w-full max-w-[110rem] flex-wrap items-center gap-x-6 gap-y-2 px-4 py-5 sm:px-6">
        <p>Public building-permit records. Where a city says nothing, so do we.</p>
        <p className="sm:ml-auto">
          County outlines: US Census Bureau, through us-atlas.{' '}
          <Link href="/coverage" className="link">
            Sources and licences
          </Link>
        </p>
      </div>
    </footer>
  )
}
