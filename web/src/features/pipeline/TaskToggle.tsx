'use client'

import { useActionState } from 'react'

import type { Task } from '@/api/types'
import { Icon } from '@/ui/Icon'

import { markTask } from './actions'

/** Says that a task is done, or open again; what was refused stands in the button's title and below it. */
export function TaskToggle({ task }: { task: Task }) {
  const [told, submit, isPending] = useActionState(markTask, null)
  const isDone = task.done_at !== null
  return (
    <form action={submit}>
      <input type="hidden" name="task_id" value={task.task_id} />
      <input type="hidden" name="version" value={task.version} />
      <input type="hidden" name="is_done" value={String(!isDone)} />
      <button
        type="submit"
        disabled={isPending}
        aria-label={`${isDone ? 'Open again' : 'Done'}: ${task.title}`}
        className={`inline-flex size-7 cursor-pointer items-center justify-center rounded-md border border-edge disabled:opacity-70 ${isDone ? 'bg-accent text-on-accent' : 'hover:bg-sunken'}`}
      >
        {isDone && <Icon name="check" className="size-4" />}
      </button>
      <p role="alert" className="max-w-48 text-sm text-alarm empty:hidden">
        {told?.look === 'alarm' && `${told.title} ${told.text}`}
      </p>
    </form>
  )
}
