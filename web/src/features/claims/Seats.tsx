/** How many contractors hold a lead, of how many may. */
export function Seats({ sold, seats }: { sold: number; seats: number }) {
  const left = Math.max(0, seats - sold)
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <span data-sold={sold}>
        {sold} of {seats} sold
      </span>
      <span aria-hidden="true" className="inline-flex gap-1">
        {Array.from({ length: seats }, (_, place) => (
          <span
            key={place}
            className={`size-2.5 rounded-full border border-accent ${place < sold ? 'bg-accent' : ''}`}
          />
        ))}
      </span>
      <span className="font-normal text-ink-2">{left} left</span>
    </span>
  )
}
