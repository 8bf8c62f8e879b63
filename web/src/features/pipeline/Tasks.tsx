import type { Task } from '@/api/types'
import { formatDay } from '@/lib/format'
import { Tag } from '@/ui/Tag'

import { TaskForm } from './TaskForm'
import { TaskToggle } from './TaskToggle'

interface Props {
  claimId: string
  tasks: Task[]
  canWrite: boolean
}

/** What is to be done about a claim; done ones stand last. */
export function Tasks({ claimId, tasks, canWrite }: Props) {
  return (
    <>
      {canWrite && <TaskForm claimId={claimId} writeKey={crypto.randomUUID()} />}
      {tasks.length === 0 ? (
        <p className="text-sm text-ink-3">Nothing is to be done.</p>
      ) : (
        <ul aria-label="To be done" className="space-y-2">
          {tasks.map((task) => (
            <li key={task.task_id} className="flex items-start gap-3" data-done={task.done_at !== null}>
              {canWrite && <TaskToggle task={task} />}
              <div className="min-w-0 flex-1">
                <p className={task.done_at === null ? 'font-medium' : 'text-ink-3 line-through'}>
                  {task.title}
                </p>
                <p className="text-sm text-ink-3">
                  {task.done_at === null ? dueWords(task) : 'Done'}{' '}
                  {task.is_overdue && <Tag look="warn">Overdue</Tag>}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function dueWords({ due_date }: Task): string {
  return due_date === null ? 'No day set' : `Due ${formatDay(due_date)}`
}
