/** What a form says after it was sent. */
export interface Told {
  look: 'done' | 'alarm'
  title: string
  text: string
  wayOut: { href: string; label: string } | null
}

/** A text field of a form, trimmed; empty where there is none, or a file. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}
