import {
  type ExpressionSpecification,
  type GeoJSONSource,
  LngLatBounds,
  Map as LibreMap,
  NavigationControl,
  setWorkerUrl,
} from 'maplibre-gl'

import { countyLabels, loadOutlines } from './outlines'
import { mapStyle, paintMap, readColors, watchColors } from './style'

export interface MapPoint {
  id: string
  latitude: number
  longitude: number
  score: number
}

export interface MapHandle {
  /** Resolves when the points are on the screen. */
  show: (points: MapPoint[], closestZoom: number) => Promise<void>
  select: (id: string | null) => void
  tint: (fips: string[]) => void
  onChoose: (choose: (id: string) => void) => () => void
  close: () => void
}

const WORKER = '/vendor/maplibre-gl-worker.mjs'
const CONTIGUOUS: [number, number, number, number] = [-125, 24, -66, 50]

/** Draws counties and states into `box` and resolves when points can be shown. Rejects without WebGL. */
export async function openMap(box: HTMLElement): Promise<MapHandle> {
  setWorkerUrl(WORKER)
  const outlines = await loadOutlines()
  const map = new LibreMap({
    container: box,
    style: mapStyle(outlines, readColors(box)),
    bounds: CONTIGUOUS,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxZoom: 15,
    fadeDuration: 0,
  })
  map.touchZoomRotate.disableRotation()
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  await new Promise<void>((resolve) => map.once('load', () => resolve()))
  const unwatch = watchColors(() => paintMap(map, readColors(box)))
  return {
    show: (points, closestZoom) => showPoints(map, points, closestZoom),
    select: (id) => {
      map.setFilter('selected', ['==', ['get', 'id'], id ?? ''])
    },
    tint: (fips) => tintCounties(map, fips, outlines),
    onChoose: (choose) => watchClicks(map, choose),
    close: () => {
      unwatch()
      map.remove()
    },
  }
}

function sourceOf(map: LibreMap, name: string): GeoJSONSource | undefined {
  return map.getSource<GeoJSONSource>(name)
}

async function showPoints(map: LibreMap, points: MapPoint[], closestZoom: number): Promise<void> {
  const loaded = sourceOf(map, 'points')?.setData({
    type: 'FeatureCollection',
    features: points.map(({ id, score, longitude, latitude }) => ({
      type: 'Feature',
      properties: { id, score },
      geometry: { type: 'Point', coordinates: [longitude, latitude] },
    })),
  })
  const bounds = new LngLatBounds()
  for (const { longitude, latitude } of points) bounds.extend([longitude, latitude])
  if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: 48, maxZoom: closestZoom, animate: false })
  await loaded
  map.triggerRepaint()
  await map.once('idle')
}

function tintCounties(
  map: LibreMap,
  fips: string[],
  outlines: Awaited<ReturnType<typeof loadOutlines>>,
): void {
  const isCovered: ExpressionSpecification = ['in', ['get', 'fips'], ['literal', fips]]
  map.setFilter('covered', isCovered)
  map.setFilter('covered-edge', isCovered)
  void sourceOf(map, 'labels')?.setData(countyLabels(outlines.counties, new Set(fips)))
}

function watchClicks(map: LibreMap, choose: (id: string) => void): () => void {
  const click = map.on('click', 'points', ({ features }) => {
    const id: unknown = features?.[0]?.properties['id']
    if (typeof id === 'string') choose(id)
  })
  const enter = map.on('mouseenter', 'points', () => map.getCanvas().style.setProperty('cursor', 'pointer'))
  const leave = map.on('mouseleave', 'points', () => map.getCanvas().style.removeProperty('cursor'))
  return () => [click, enter, leave].forEach((subscription) => subscription.unsubscribe())
}
