'use client'

import { useMemo, useState, useSyncExternalStore } from 'react'

import type { LeadSummary } from '@/api/types'
import { formatCounted } from '@/lib/format'
import { Button } from '@/ui/Button'
import { Icon } from '@/ui/Icon'
import { type MapPoint, PointMap } from '@/ui/map/PointMap'

import { useSelection } from './selection'

const WIDE = '(min-width: 64rem)'

function watchWidth(onChange: () => void): () => void {
  const query = window.matchMedia(WIDE)
  query.addEventListener('change', onChange)
  return () => query.removeEventListener('change', onChange)
}

/** Beside the list on a wide screen; behind a button on a narrow one, where nothing of it is loaded before. */
export function LeadsMap({ leads, coveredFips }: { leads: LeadSummary[]; coveredFips: string[] }) {
  const isWide = useSyncExternalStore(
    watchWidth,
    () => window.matchMedia(WIDE).matches,
    () => false,
  )
  const [isAsked, setIsAsked] = useState(false)
  const { selectedId, choose } = useSelection()
  const points = useMemo(() => leads.flatMap(pointOf), [leads])
  const missing = leads.length - points.length
  return (
    <>
      {!isWide && (
        <Button
          look="quiet"
          type="button"
          aria-expanded={isAsked}
          onClick={() => setIsAsked(!isAsked)}
          className="w-full lg:hidden"
        >
          <Icon name="pin" /> {isAsked ? 'Hide map' : 'Show on a map'}
        </Button>
      )}
      {(isWide || isAsked) && (
        <figure className="max-lg:mt-3">
          <PointMap
            points={points}
            tintedFips={coveredFips}
            selectedId={selectedId}
            onSelect={choose}
            label="Map of the leads on this page"
            className="h-80 lg:h-[calc(100dvh-8.5rem)] lg:max-h-[52rem] lg:min-h-96"
          />
          <figcaption className="mt-1.5 text-xs text-ink-3">
            Covered counties are tinted. The list holds everything the map shows
            {missing > 0 && `; ${formatCounted(missing, 'lead')} without a published position only there`}.
          </figcaption>
        </figure>
      )}
    </>
  )
}

function pointOf({ lead_id, latitude, longitude, score }: LeadSummary): MapPoint[] {
  return latitude === null || longitude === null ? [] : [{ id: lead_id, latitude, longitude, score }]
}
