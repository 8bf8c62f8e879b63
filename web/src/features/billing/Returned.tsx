'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'

import { formatCredits } from '@/lib/format'

interface Props {
  balance: number
  /** The payment stands in the books already. */
  isBooked: boolean
}

const PAUSE_MS = 2_000
const TRIES = 15

/** Back from a payment: the credits come with the payment service's own message, which may take a moment. */
export function Returned({ balance, isBooked }: Props) {
  const router = useRouter()
  const [before] = useState(balance)
  const [tries, setTries] = useState(0)
  const hasArrived = isBooked || balance !== before
  const isWaiting = !hasArrived && tries < TRIES

  useEffect(() => {
    if (!isWaiting) return
    const timer = setTimeout(() => {
      router.refresh()
      setTries((done) => done + 1)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [isWaiting, tries, router])

  return (
    <div
      role="status"
      className="rounded-lg border border-accent/30 bg-accent-soft px-3.5 py-2 text-sm text-accent-strong"
    >
      <strong className="font-semibold">Payment received.</strong>{' '}
      {hasArrived && `Your balance is ${formatCredits(balance)}.`}
      {isWaiting && 'Credits arrive in a moment.'}
      {!hasArrived &&
        !isWaiting &&
        'The credits have not arrived yet. They come as soon as the payment service confirms it; nothing is to be done.'}
    </div>
  )
}
