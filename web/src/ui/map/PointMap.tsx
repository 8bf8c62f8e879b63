'use client'

import 'maplibre-gl/dist/maplibre-gl.css'

import { useEffect, useRef, useState } from 'react'

import type { MapHandle, MapPoint } from './openMap'

export type { MapPoint } from './openMap'

interface Props {
  points: MapPoint[]
  /** Counties to tint, by FIPS code. */
  tintedFips: string[]
  selectedId: string | null
  onSelect: (id: string) => void
  /** How near the view may go to show all points; a county fits into 8. */
  closestZoom?: number
  label: string
  className: string
}

type MapState = 'loading' | 'ready' | 'failed'

/** Points over county outlines, without any tile server. What it shows must also stand in text beside it. */
export function PointMap({
  points,
  tintedFips,
  selectedId,
  onSelect,
  closestZoom = 11,
  label,
  className,
}: Props) {
  const box = useRef<HTMLDivElement>(null)
  const [state, setState] = useState<MapState>('loading')
  const [handle, setHandle] = useState<MapHandle | null>(null)

  useEffect(() => {
    const opening = new AbortController()
    const opened = import('./openMap').then(({ openMap }) => {
      if (!box.current || opening.signal.aborted) return null
      return openMap(box.current)
    })
    opened
      .then((map) => {
        if (!opening.signal.aborted) setHandle(map)
      })
      .catch(() => setState('failed'))
    return () => {
      opening.abort()
      void opened.then((map) => map?.close()).catch(() => undefined)
    }
  }, [])

  useEffect(() => handle?.tint(tintedFips), [handle, tintedFips])
  useEffect(() => handle?.onChoose(onSelect), [handle, onSelect])
  useEffect(() => handle?.select(selectedId), [handle, selectedId])
  useEffect(() => {
    if (!handle) return
    let isOld = false
    handle
      .show(points, closestZoom)
      .then(() => {
        if (!isOld) setState('ready')
      })
      .catch(() => setState('failed'))
    return () => {
      isOld = true
    }
  }, [handle, points, closestZoom])

  return (
    <div
      role="region"
      aria-label={label}
      data-map={state}
      data-map-points={points.length}
      data-map-selected={selectedId ?? ''}
      className={`relative overflow-hidden card ${className}`}
    >
      <div ref={box} className="size-full" />
      {state !== 'ready' && (
        <p className="pointer-events-none absolute inset-0 grid place-items-center p-6 text-center text-sm text-ink-3">
          {state === 'loading'
            ? 'Drawing the map…'
            : 'This browser cannot draw the map. The list has everything.'}
        </p>
      )}
    </div>
  )
}
