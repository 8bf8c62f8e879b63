import type { ReactNode } from 'react'

import type { Payments, PriceList } from '@/api/types'
import { formatCents, formatCount, formatCredits, formatInstant } from '@/lib/format'
import { Tag } from '@/ui/Tag'

import { invoiceWord, PACK_WORDS } from './words'

interface Props {
  payments: Payments
  prices: PriceList
}

/** Invoices and packs as the payment service last told of them. */
export function PaymentTables({ payments, prices }: Props) {
  const { items, packs } = payments
  return (
    <section aria-labelledby="payments" className="space-y-3">
      <h2 id="payments" className="text-lg font-bold">
        Payments
      </h2>
      {items.length + packs.length === 0 && <p className="text-ink-2">Nothing was bought yet.</p>}
      <ul className="space-y-3">
        {items.map((invoice) => (
          <Payment
            key={invoice.invoice_id}
            title={prices.plans.find(({ plan }) => plan === invoice.plan)?.name ?? 'Invoice'}
            at={invoice.created_at}
            cents={invoice.status === 'paid' ? invoice.amount_paid_cents : invoice.amount_due_cents}
            word={invoiceWord(invoice.status)}
          >
            {invoice.credits > 0 && <span>{formatCredits(invoice.credits)} came of it</span>}
            {invoice.hosted_invoice_url && (
              <a href={invoice.hosted_invoice_url} rel="noreferrer" className="link">
                {invoice.status === 'open' ? 'Pay this invoice' : 'Invoice'}
                <span className="sr-only"> of {formatInstant(invoice.created_at)}</span>
              </a>
            )}
          </Payment>
        ))}
        {packs.map((sale) => (
          <Payment
            key={sale.session_id}
            title={prices.packs.find(({ pack }) => pack === sale.pack)?.name ?? 'Pack'}
            at={sale.created_at}
            cents={sale.amount_cents}
            word={PACK_WORDS[sale.status]}
          >
            {sale.status === 'paid' && <span>{formatCredits(sale.credits)} came of it</span>}
            {sale.reversed_credits > 0 && (
              <span>{formatCount(sale.reversed_credits)} taken again, as the money went back</span>
            )}
          </Payment>
        ))}
      </ul>
    </section>
  )
}

interface PaymentProps {
  title: string
  at: string
  cents: number
  word: (typeof PACK_WORDS)['paid']
  children: ReactNode
}

function Payment({ title, at, cents, word, children }: PaymentProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-5 gap-y-1 card px-5 py-3 text-sm" data-payment={title}>
      <span className="font-semibold">{title}</span>
      <time dateTime={at} className="text-ink-3">
        {formatInstant(at)}
      </time>
      <span className="font-semibold tabular-nums">{formatCents(cents)}</span>
      <Tag look={word.look}>{word.label}</Tag>
      {children}
    </li>
  )
}
