'use client'

import { Failure } from '@/features/frame/Failure'

export default function RootError({ error, retry }: { error: unknown; retry: () => void }) {
  return <Failure error={error} retry={retry} />
}
