import Link from 'next/link'

import type { FilterChip, IgnoredFilter } from '@/lib/leadFilter'
import { Icon } from '@/ui/Icon'
import { Notice } from '@/ui/Notice'

/** The active filters; each is a link to the list without it. */
export function FilterChips({ chips }: { chips: FilterChip[] }) {
  if (chips.length === 0) return null
  return (
    <ul aria-label="Active filters" className="flex flex-wrap items-center gap-2">
      {chips.map(({ label, hrefWithout }) => (
        <li key={label}>
          <Link
            href={hrefWithout}
            prefetch={false}
            aria-label={`Remove filter: ${label}`}
            className="inline-flex min-h-7 items-center gap-1.5 rounded-full bg-accent-soft py-0.5 pr-2 pl-3 text-sm font-medium text-accent-strong hover:bg-line"
          >
            {label}
            <Icon name="close" className="size-3.5" />
          </Link>
        </li>
      ))}
      {chips.length > 1 && (
        <li>
          <Link href="/leads" prefetch={false} className="inline-flex min-h-7 items-center text-sm link">
            Clear all
          </Link>
        </li>
      )}
    </ul>
  )
}

/** Parts of the address that could not be read; they are said, not silently dropped. */
export function IgnoredFilters({ ignored }: { ignored: IgnoredFilter[] }) {
  if (ignored.length === 0) return null
  return (
    <div role="alert" className="space-y-2">
      {ignored.map(({ field, seen, expected }) => (
        <Notice key={`${field} ${seen}`} look="warn" title={`Left out: ${field} “${seen}”.`}>
          Expected {expected}.
        </Notice>
      ))}
    </div>
  )
}
