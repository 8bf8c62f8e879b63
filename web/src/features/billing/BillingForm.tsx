'use client'

import { type ReactNode, useActionState } from 'react'

import type { Told } from '@/lib/forms'
import { Button } from '@/ui/Button'
import { Outcome } from '@/ui/Outcome'

interface Props {
  action: (before: Told | null, form: FormData) => Promise<Told>
  label: string
  pendingLabel: string
  look?: 'strong' | 'quiet'
  children?: ReactNode
}

/** A button that leads to a page of the payment service, or tells why it does not. */
export function BillingForm({ action, label, pendingLabel, look = 'strong', children }: Props) {
  const [told, submit, isPending] = useActionState(action, null)
  return (
    <form action={submit} className="flex flex-col gap-3">
      {children}
      <Button look={look} type="submit" disabled={isPending} className="w-full">
        {isPending ? pendingLabel : label}
      </Button>
      <Outcome told={told} />
    </form>
  )
}
