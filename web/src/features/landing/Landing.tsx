import { Suspense } from 'react'

import { ButtonLink } from '@/ui/Button'
import { Skeleton } from '@/ui/Skeleton'

import { CoverageStrip } from './CoverageStrip'
import { Specimen } from './Specimen'

const STEPS = [
  {
    title: 'Read',
    text: 'We ask the city’s own portal, politely and by its robots.txt, and archive the answer byte for byte before anything else happens to it.',
  },
  {
    title: 'Rank',
    text: 'Each permit becomes a lead for every trade it may need. A score from 0 to 100 is a sum of plain reasons, and the reasons are shown.',
  },
  {
    title: 'Check',
    text: 'Every value opens a receipt: the city’s column and text, the address asked, the time, and the archived rows to download.',
  },
] as const

const LIMITS = [
  ['No guesses.', 'Where a city leaves a field out, the page says “Not published”, never a zero.'],
  ['No sold work dressed as open.', 'A permit that names a company of your trade is marked as taken.'],
  ['No private contact data.', 'We do not sell telephone numbers or e-mail addresses of owners.'],
  [
    'No promised jobs.',
    'A permit is a sign of work, not a contract. The score orders your calls; it closes none.',
  ],
] as const

export function Landing({ isSignedIn }: { isSignedIn: boolean }) {
  return (
    <div className="mx-auto w-full max-w-6xl space-y-14 px-4 py-10 sm:px-6 lg:space-y-20 lg:py-16">
      <section className="grid items-center gap-10 lg:grid-cols-[1.05fr_1fr] lg:gap-14">
        <div className="space-y-5">
          <h1 className="text-4xl leading-[1.08] font-extrabold tracking-tight text-balance sm:text-5xl">
            Permit leads, traced to the city’s bytes.
          </h1>
          <p className="max-w-prose text-lg text-pretty text-ink-2">
            LeadLedgerPro reads building permits straight from the cities that issue them, finds the work your
            trade can still win, and shows for every field where it came from.
          </p>
          <div className="flex flex-wrap gap-3 pt-1">
            {isSignedIn ? (
              <ButtonLink href="/leads">Go to your leads</ButtonLink>
            ) : (
              <ButtonLink href="/sign-up">Create an account</ButtonLink>
            )}
            <ButtonLink href="/coverage" look="quiet">
              See what is covered
            </ButtonLink>
            <ButtonLink href="/pricing" look="bare">
              What it costs
            </ButtonLink>
          </div>
        </div>
        <Specimen />
      </section>
      <section aria-labelledby="live">
        <h2 id="live" className="mb-4 text-xl font-bold tracking-tight">
          Covered right now
        </h2>
        <Suspense fallback={<Skeleton className="h-28 w-full" />}>
          <CoverageStrip />
        </Suspense>
      </section>
      <section aria-labelledby="how">
        <h2 id="how" className="mb-4 text-xl font-bold tracking-tight">
          From a city’s row to your call list
        </h2>
        <ol className="grid gap-6 md:grid-cols-3">
          {STEPS.map(({ title, text }, index) => (
            <li key={title} className="border-t-2 border-accent pt-3">
              <h3 className="mb-1 text-lg font-bold">
                <span className="text-accent tabular-nums">{index + 1}</span> {title}
              </h3>
              <p className="text-ink-2">{text}</p>
            </li>
          ))}
        </ol>
      </section>
      <section aria-labelledby="limits" className="card p-6 sm:p-8">
        <h2 id="limits" className="mb-4 text-xl font-bold tracking-tight">
          What it does not do
        </h2>
        <ul className="grid gap-x-10 gap-y-4 md:grid-cols-2">
          {LIMITS.map(([title, text]) => (
            <li key={title} className="text-ink-2">
              <strong className="font-semibold text-ink">{title}</strong> {text}
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}
