/** A grey bar where text will stand; readers of the page are told once, by the page, that it is loading. */
export function Skeleton({ className }: { className: string }) {
  return <span aria-hidden="true" className={`block animate-pulse rounded bg-line/70 ${className}`} />
}
