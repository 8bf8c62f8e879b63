import type { NotePage } from '@/api/types'
import { formatCount } from '@/lib/format'
import { Instant } from '@/ui/Time'

import type { NameOf } from './ClaimView'
import { NoteForm } from './NoteForm'

interface Props {
  claimId: string
  notes: NotePage
  canWrite: boolean
  nameOf: NameOf
  now: Date
}

/** What members wrote down, newest first. */
export function Notes({ claimId, notes, canWrite, nameOf, now }: Props) {
  return (
    <>
      {canWrite && <NoteForm claimId={claimId} writeKey={crypto.randomUUID()} />}
      {notes.items.length === 0 ? (
        <p className="text-sm text-ink-3">Nothing is written down yet.</p>
      ) : (
        <ul aria-label="Written down" className="space-y-4">
          {notes.items.map((note) => (
            <li key={note.note_id} className="border-l-2 border-line pl-3">
              <p className="[overflow-wrap:anywhere] whitespace-pre-line">{note.body}</p>
              <p className="text-sm text-ink-3">
                {nameOf(note.written_by)}, <Instant at={note.created_at} now={now} />
              </p>
            </li>
          ))}
        </ul>
      )}
      {notes.next_cursor && (
        <p className="text-sm text-ink-3">Only the newest {formatCount(notes.items.length)} are shown.</p>
      )}
    </>
  )
}
