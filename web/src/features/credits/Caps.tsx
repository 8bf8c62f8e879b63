import type { Account, Cap, Member } from '@/api/types'
import { formatCount, formatCredits } from '@/lib/format'

import { CapForm } from './CapForm'

interface Props {
  caps: Cap[]
  members: Member[]
  role: Account['role']
}

/** What claims may take in a month: admins set it, everybody sees it. */
export function Caps({ caps, members, role }: Props) {
  const isAdmin = role === 'owner' || role === 'admin'
  const own = caps.find(({ user_id }) => user_id === null)
  return (
    <div className="space-y-4 card p-5 text-sm">
      <p className="text-ink-2">
        A claim that would go beyond a cap is refused before anything is charged. Months are those of your
        account’s clock.
      </p>
      <CapLine name="All members together" cap={own} />
      {caps
        .filter(({ user_id }) => user_id !== null)
        .map((cap) => (
          <CapLine key={cap.user_id} name={nameOf(cap.user_id, members)} cap={cap} />
        ))}
      {isAdmin ? (
        <div className="space-y-3 border-t border-line pt-4">
          <CapForm
            userId={null}
            label="All members together, credits a month"
            creditsAMonth={own?.credits_a_month ?? null}
          />
          {members.length > 1 &&
            members.map(({ user_id, email }) => (
              <CapForm
                key={user_id}
                userId={user_id}
                label={`${email ?? user_id}, credits a month`}
                creditsAMonth={caps.find((cap) => cap.user_id === user_id)?.credits_a_month ?? null}
              />
            ))}
        </div>
      ) : (
        <p className="text-ink-3">An admin of your account can change caps.</p>
      )}
    </div>
  )
}

function nameOf(userId: string | null, members: Member[]): string {
  return members.find(({ user_id }) => user_id === userId)?.email ?? 'A member'
}

function CapLine({ name, cap }: { name: string; cap: Cap | undefined }) {
  return (
    <p>
      <span className="font-semibold">{name}:</span>{' '}
      {cap ? `${formatCount(cap.used)} of ${formatCredits(cap.credits_a_month)} used this month` : 'no cap'}
    </p>
  )
}
