import type { ReactNode } from 'react'

import { NOT_PUBLISHED } from '@/lib/format'

/** A published value, or plain words where the publisher gave none. A zero or an empty text is never made up. */
export function Published({ value }: { value: ReactNode }) {
  if (value === null || value === undefined) return <span className="text-ink-3 italic">{NOT_PUBLISHED}</span>
  return <>{value}</>
}
