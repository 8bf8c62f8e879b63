'use client'

import { useActionState } from 'react'

import type { TradeName } from '@/api/types'
import { Button } from '@/ui/Button'
import { Outcome } from '@/ui/Outcome'

import { buyZip } from './actions'

interface Props {
  trades: TradeName[]
  /** What the button says; the price is part of it. */
  label: string
  writeKey: string
}

/** A ZIP and trade to hold; the price stands on the button. */
export function ZipForm({ trades, label, writeKey }: Props) {
  const [told, submit, isPending] = useActionState(buyZip, null)
  return (
    <form action={submit} className="space-y-3 border-t border-line pt-4">
      <input type="hidden" name="write_key" value={writeKey} />
      <label className="block space-y-1">
        <span className="block text-ink-2">Trade</span>
        <select name="trade" required defaultValue="" className="field">
          <option value="">Choose…</option>
          {trades.map(({ trade, label: name }) => (
            <option key={trade} value={trade}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className="block space-y-1">
        <span className="block text-ink-2">ZIP</span>
        <input
          name="zip"
          inputMode="numeric"
          pattern="\d{5}"
          maxLength={5}
          required
          autoComplete="off"
          className="field"
        />
      </label>
      <Button look="quiet" type="submit" disabled={isPending}>
        {isPending ? 'Buying…' : label}
      </Button>
      <Outcome told={told} />
    </form>
  )
}
