import type { Feature, FeatureCollection, MultiLineString, Point, Polygon, MultiPolygon } from 'geojson'
import { feature, mesh } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'

const ADDRESS = '/vendor/counties-10m.json'

interface CountyProperties {
  fips: string
  name: string
}

export type County = Feature<Polygon | MultiPolygon, CountyProperties>

export interface Outlines {
  counties: FeatureCollection<Polygon | MultiPolygon, CountyProperties>
  states: MultiLineString
}

type Atlas = Topology<{ counties: GeometryCollection<{ name: string }>; states: GeometryCollection }>

function isAtlas(value: unknown): value is Atlas {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Topology'
}

/** County and state outlines of the Census Bureau, from the npm package us-atlas that the build copied here. */
export async function loadOutlines(): Promise<Outlines> {
  const response = await fetch(ADDRESS)
  const atlas: unknown = await response.json()
  if (!response.ok || !isAtlas(atlas)) throw new Error(`${ADDRESS} is no county atlas; run npm run assets.`)
  const { counties, states } = atlas.objects
  return {
    counties: { type: 'FeatureCollection', features: feature(atlas, counties).features.flatMap(countyOf) },
    states: mesh(atlas, states),
  }
}

function countyOf({ id, properties, geometry }: Feature<GeoJSON.Geometry, { name: string }>): County[] {
  if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') return []
  return [{ type: 'Feature', geometry, properties: { fips: String(id), name: properties.name } }]
}

/** One label in the middle of each covered county. */
export function countyLabels(
  counties: Outlines['counties'],
  fips: ReadonlySet<string>,
): FeatureCollection<Point, { name: string }> {
  const covered = counties.features.filter(({ properties }) => fips.has(properties.fips))
  return {
    type: 'FeatureCollection',
    features: covered.map(({ geometry, properties }) => ({
      type: 'Feature',
      properties: { name: `${properties.name} County` },
      geometry: { type: 'Point', coordinates: middleOf(geometry) },
    })),
  }
}

function middleOf(geometry: Polygon | MultiPolygon): [number, number] {
  const positions = geometry.type === 'Polygon' ? geometry.coordinates.flat() : geometry.coordinates.flat(2)
  const middle = (axis: 0 | 1) => {
    const values = positions.map((position) => position[axis] ?? 0)
    return (Math.min(...values) + Math.max(...values)) / 2
  }
  return [middle(0), middle(1)]
}
