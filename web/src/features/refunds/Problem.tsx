import type { ClaimDetail, Refund, RefundRequest } from '@/api/types'
import { formatCredits } from '@/lib/format'
import { Tag } from '@/ui/Tag'
import { Instant } from '@/ui/Time'

import { Evidence } from './Evidence'
import { AppealForm, ReportForm } from './ProblemDesk'
import { COMPLAINTS, REASONS, STATUS } from './words'

interface Props {
  claim: ClaimDetail
  refund: Refund | null
  request: RefundRequest | null
  canWrite: boolean
  now: Date
}

/** What came back of a claim and why; where nothing did, a way to ask for it. */
export function Problem({ claim, refund, request, canWrite, now }: Props) {
  const isOpen = canWrite && refund === null && request === null && claim.credits > 0
  return (
    <section aria-labelledby="problem" id="report" className="space-y-4 card p-5 sm:p-6">
      <h2 id="problem" className="text-lg font-bold">
        {refund ? 'Your credits came back' : 'Something wrong with this lead?'}
      </h2>
      {refund ? (
        <RefundWords refund={refund} now={now} />
      ) : (
        <p className="text-sm text-ink-2">
          Where the city’s own records prove it, credits come back by themselves, often before you notice.
          Otherwise a person decides, and you can ask for one second look.
        </p>
      )}
      {request && <RequestWords request={request} now={now} />}
      <ReportForm claimId={claim.claim_id} writeKey={crypto.randomUUID()} isOpen={isOpen} />
      {request && (
        <AppealForm
          requestId={request.refund_request_id}
          isOpen={canWrite && refund === null && request.can_appeal}
        />
      )}
    </section>
  )
}

function RefundWords({ refund, now }: { refund: Refund; now: Date }) {
  const { label, proof } = REASONS[refund.reason]
  return (
    <div className="space-y-2 text-sm">
      <p>
        <strong className="font-semibold">{label}:</strong> {formatCredits(refund.credits)} back,{' '}
        <Instant at={refund.credited_at} now={now} />. {proof}
      </p>
      <Evidence evidence={refund.evidence} />
    </div>
  )
}

function RequestWords({ request, now }: { request: RefundRequest; now: Date }) {
  const { label, look } = STATUS[request.status]
  return (
    <div className="space-y-2 border-l-2 border-line pl-3 text-sm">
      <p>
        <Tag look={look}>{label}</Tag> <span className="font-semibold">{COMPLAINTS[request.complaint]}</span>,
        asked <Instant at={request.created_at} now={now} />
      </p>
      {request.words && <p className="whitespace-pre-line text-ink-2">{request.words}</p>}
      {request.answer && (
        <p>
          <span className="font-semibold">Answer:</span> {request.answer}
        </p>
      )}
      {request.appeal && (
        <p className="whitespace-pre-line text-ink-2">
          <span className="font-semibold">Your objection:</span> {request.appeal}
        </p>
      )}
    </div>
  )
}
