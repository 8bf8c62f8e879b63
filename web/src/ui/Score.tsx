const SIZES = {
  small: { box: 'w-11', number: 'text-lg' },
  large: { box: 'w-20', number: 'text-4xl' },
} as const

/** A score from 0 to 100: the number, and below it how far along the scale it stands. */
export function Score({ score, size = 'small' }: { score: number; size?: keyof typeof SIZES }) {
  const { box, number } = SIZES[size]
  return (
    <span className={`inline-block ${box}`}>
      <span className={`block leading-tight font-bold tabular-nums ${number}`}>
        {score}
        <span className="sr-only"> of 100</span>
      </span>
      <svg
        viewBox="0 0 100 8"
        preserveAspectRatio="none"
        aria-hidden="true"
        className="mt-1 block h-1 w-full"
      >
        <rect width="100" height="8" rx="4" className="fill-line" />
        <rect width={score} height="8" rx="4" className="fill-accent" />
      </svg>
    </span>
  )
}
