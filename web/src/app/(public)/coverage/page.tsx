import type { Metadata } from 'next'
import { connection } from 'next/server'

import { readCoverage } from '@/api/catalog'
import { CoverageView } from '@/features/coverage/CoverageView'
import { parseSort } from '@/features/coverage/sort'

export const metadata: Metadata = { title: 'Coverage' }

export default async function CoveragePage({ searchParams }: PageProps<'/coverage'>) {
  const { sort } = await searchParams
  await connection()
  const coverage = await readCoverage()
  return (
    <CoverageView
      coverage={coverage}
      sort={parseSort(typeof sort === 'string' ? sort : undefined)}
      now={new Date()}
    />
  )
}
