import type { PlanForSale } from '@/api/types'
import { formatCents, formatCount, formatCounted } from '@/lib/format'

import { areaWords, channelWords } from './words'

/** A plan as sold: the price, then everything it lets an account do. */
export function PlanCard({ plan }: { plan: PlanForSale }) {
  const perCredit = plan.credits_a_month > 0 ? plan.cents_a_month / plan.credits_a_month : null
  const facts = [
    ['Leads claimed in', areaWords(plan)],
    ['Members', `Up to ${formatCount(plan.seats)}`],
    ['Alerts', channelWords(plan.channels)],
    ['API keys and webhooks', plan.has_api ? 'Yes' : 'No'],
  ] as const
  return (
    <li className="flex flex-col gap-4 card p-6" data-plan={plan.plan}>
      <div>
        <h3 className="text-lg font-bold">{plan.name}</h3>
        <p className="mt-1">
          <span className="text-3xl font-extrabold tracking-tight tabular-nums">
            {formatCents(plan.cents_a_month)}
          </span>{' '}
          <span className="text-ink-3">a month</span>
        </p>
      </div>
      <p className="border-y border-line py-3">
        <span className="block text-lg font-bold tabular-nums">
          {formatCounted(plan.credits_a_month, 'credit')} a month
        </span>
        {perCredit !== null && (
          <span className="text-sm text-ink-3">{formatCents(Math.round(perCredit))} a credit</span>
        )}
      </p>
      <dl className="space-y-3 text-sm">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-ink-3">{name}</dt>
            <dd className="font-medium first-letter:uppercase">{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  )
}
