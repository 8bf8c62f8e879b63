'use client'

import { useMemo } from 'react'

import { PointMap } from '@/ui/map/PointMap'

interface Props {
  leadId: string
  latitude: number
  longitude: number
  score: number
  countyFips: string | null
}

const nothing = () => undefined

export function LeadPin({ leadId, latitude, longitude, score, countyFips }: Props) {
  const points = useMemo(
    () => [{ id: leadId, latitude, longitude, score }],
    [leadId, latitude, longitude, score],
  )
  const tinted = useMemo(() => (countyFips ? [countyFips] : []), [countyFips])
  return (
    <PointMap
      points={points}
      tintedFips={tinted}
      selectedId={leadId}
      onSelect={nothing}
      closestZoom={7.5}
      label="Map of this permit"
      className="h-56"
    />
  )
}
