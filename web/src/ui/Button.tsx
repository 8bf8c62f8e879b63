import Link from 'next/link'
import type { ComponentProps } from 'react'

const SHAPE =
  'inline-flex min-h-10 cursor-pointer items-center justify-center gap-2 rounded-lg px-4 font-semibold transition-colors disabled:cursor-progress disabled:opacity-70'

const LOOKS = {
  strong: 'bg-accent text-on-accent hover:bg-accent-strong',
  quiet: 'border border-edge text-ink hover:bg-sunken',
  bare: 'text-ink-2 hover:bg-sunken hover:text-ink',
} as const

type Look = keyof typeof LOOKS

export function buttonClass(look: Look, more = ''): string {
  return `${SHAPE} ${LOOKS[look]} ${more}`
}

export function Button({ look = 'strong', className, ...rest }: ComponentProps<'button'> & { look?: Look }) {
  return <button {...rest} className={buttonClass(look, className)} />
}

export function ButtonLink({
  look = 'strong',
  className,
  ...rest
}: ComponentProps<typeof Link> & { look?: Look }) {
  return <Link {...rest} className={buttonClass(look, className)} />
}
