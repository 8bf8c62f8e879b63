'use client'

import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react'

/** The one lead that list and map point at together. */
interface Selection {
  selectedId: string | null
  /** The reader is over a row or has moved the focus into it. */
  pointAt: (leadId: string) => void
  /** The reader chose a point on the map; the row comes into view. */
  choose: (leadId: string) => void
  chosenId: string | null
}

const SelectionContext = createContext<Selection>({
  selectedId: null,
  chosenId: null,
  pointAt: () => undefined,
  choose: () => undefined,
})

export function useSelection(): Selection {
  return useContext(SelectionContext)
}

export function SelectionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<{ selectedId: string | null; chosenId: string | null }>({
    selectedId: null,
    chosenId: null,
  })
  const selection = useMemo(
    () => ({
      ...state,
      pointAt: (leadId: string) => setState({ selectedId: leadId, chosenId: null }),
      choose: (leadId: string) => setState({ selectedId: leadId, chosenId: leadId }),
    }),
    [state],
  )
  return <SelectionContext value={selection}>{children}</SelectionContext>
}

interface RowProps {
  leadId: string
  children: ReactNode
  className: string
}

function useRow<Element extends HTMLElement>(leadId: string) {
  const { selectedId, chosenId, pointAt } = useSelection()
  const row = useRef<Element>(null)
  useEffect(() => {
    if (chosenId === leadId) row.current?.scrollIntoView({ block: 'center', behavior: 'smooth' })
  }, [chosenId, leadId])
  return {
    ref: row,
    'data-lead': leadId,
    'data-selected': selectedId === leadId,
    onPointerEnter: () => pointAt(leadId),
    onFocus: () => pointAt(leadId),
  }
}

export function SelectableRow({ leadId, children, className }: RowProps) {
  return (
    <tr {...useRow<HTMLTableRowElement>(leadId)} className={className}>
      {children}
    </tr>
  )
}

export function SelectableCard({ leadId, children, className }: RowProps) {
  return (
    <li {...useRow<HTMLLIElement>(leadId)} className={className}>
      {children}
    </li>
  )
}
