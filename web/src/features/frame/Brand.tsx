/** A ledger page with a checked line. */
export function Brand() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className="size-7">
      <rect width="32" height="32" rx="7" className="fill-accent" />
      <path
        d="M8 9.5h16M8 16h7M8 22.5h7"
        className="stroke-on-accent"
        strokeWidth="2.4"
        strokeLinecap="round"
        opacity=".75"
      />
      <path
        d="m18.5 19 3 3 5-6"
        fill="none"
        className="stroke-on-accent"
        strokeWidth="2.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
