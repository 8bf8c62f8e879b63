import type { Map as LibreMap, StyleSpecification } from 'maplibre-gl'

import type { Outlines } from './outlines'

type Name = 'sunken' | 'surface' | 'line' | 'edge' | 'ink' | 'ink-3' | 'accent' | 'accent-soft'
type Colors = Record<Name, string>

/** The page's colours as the browser resolves them now, light or dark; MapLibre does not read CSS variables. */
export function readColors(box: HTMLElement): Colors {
  const probe = document.createElement('span')
  box.append(probe)
  const resolve = (name: Name) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const colors: Colors = {
    sunken: resolve('sunken'),
    surface: resolve('surface'),
    line: resolve('line'),
    edge: resolve('edge'),
    ink: resolve('ink'),
    'ink-3': resolve('ink-3'),
    accent: resolve('accent'),
    'accent-soft': resolve('accent-soft'),
  }
  probe.remove()
  return colors
}

/** Calls back when the system or the reader changes the colours. */
export function watchColors(onChange: () => void): () => void {
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  const reader = new MutationObserver(onChange)
  system.addEventListener('change', onChange)
  reader.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => {
    system.removeEventListener('change', onChange)
    reader.disconnect()
  }
}

export function mapStyle({ counties, states }: Outlines, colors: Colors): StyleSpecification {
  return {
    version: 8,
    sources: {
      counties: { type: 'geojson', data: counties },
      states: { type: 'geojson', data: states },
      labels: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
      points: { type: 'geojson', data: { type: 'FeatureCollection', features: [] } },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': colors.surface } },
      {
        id: 'covered',
        type: 'fill',
        source: 'counties',
        filter: ['==', ['get', 'fips'], ''],
        paint: { 'fill-color': colors['accent-soft'], 'fill-antialias': false },
      },
      {
        id: 'county-edge',
        type: 'line',
        source: 'counties',
        minzoom: 4,
        paint: { 'line-color': colors.line, 'line-width': 1 },
      },
      {
        id: 'covered-edge',
        type: 'line',
        source: 'counties',
        filter: ['==', ['get', 'fips'], ''],
        paint: { 'line-color': colors.accent, 'line-width': 1, 'line-opacity': 0.55 },
      },
      {
        id: 'state-edge',
        type: 'line',
        source: 'states',
        paint: { 'line-color': colors.edge, 'line-width': 1 },
      },
      {
        id: 'label',
        type: 'symbol',
        source: 'labels',
        minzoom: 6,
        layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'text-font': ['sans-serif'] },
        paint: { 'text-color': colors['ink-3'], 'text-halo-color': colors.surface, 'text-halo-width': 1.5 },
      },
      {
        id: 'points',
        type: 'circle',
        source: 'points',
        paint: {
          'circle-radius': ['interpolate', ['linear'], ['get', 'score'], 0, 4, 100, 9],
          'circle-color': colors.accent,
          'circle-opacity': ['interpolate', ['linear'], ['get', 'score'], 0, 0.45, 100, 0.95],
          'circle-stroke-color': colors.surface,
          'circle-stroke-width': 1.5,
        },
      },
      {
        id: 'selected',
        type: 'circle',
        source: 'points',
        filter: ['==', ['get', 'id'], ''],
        paint: {
          'circle-radius': 11,
          'circle-color': colors.accent,
          'circle-stroke-color': colors.ink,
          'circle-stroke-width': 3,
        },
      },
    ],
  }
}

/** Repaints an open map after the colours changed. */
export function paintMap(map: LibreMap, colors: Colors): void {
  map.setPaintProperty('ground', 'background-color', colors.surface)
  map.setPaintProperty('covered', 'fill-color', colors['accent-soft'])
  map.setPaintProperty('county-edge', 'line-color', colors.line)
  map.setPaintProperty('covered-edge', 'line-color', colors.accent)
  map.setPaintProperty('state-edge', 'line-color', colors.edge)
  map.setPaintProperty('label', 'text-color', colors['ink-3'])
  map.setPaintProperty('label', 'text-halo-color', colors.surface)
  map.setPaintProperty('points', 'circle-color', colors.accent)
  map.setPaintProperty('points', 'circle-stroke-color', colors.surface)
  map.setPaintProperty('selected', 'circle-color', colors.accent)
  map.setPaintProperty('selected', 'circle-stroke-color', colors.ink)
}
