import { Notice } from './Notice'

/** Says plainly that data on this page did not come from the publisher today. `notes` are the API's own sentences. */
export function DemoNotice({ notes }: { notes: (string | null)[] }) {
  const sentences = [...new Set(notes.filter((note) => note !== null))]
  const [first, ...others] = sentences
  if (first === undefined) return null
  if (others.length === 0) {
    return (
      <Notice look="notice" title="Demo data:">
        {first}
      </Notice>
    )
  }
  return (
    <details className="rounded-lg border border-notice/30 bg-notice-soft px-3.5 py-2 text-sm text-notice">
      <summary className="min-h-6 cursor-pointer">
        <strong className="font-semibold">Demo data:</strong> a recording stands in for {sentences.length}{' '}
        publishers. <span className="underline underline-offset-3">Which</span>
      </summary>
      <ul className="mt-2 list-disc space-y-1 pl-5">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </details>
  )
}
