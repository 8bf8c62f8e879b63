// Files the browser fetches by address rather than by import: MapLibre's worker (an ES module of its own, which
// the bundler does not follow) and the county outlines. They land in public/vendor/, which is not committed.
import { cp, mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = dirname(dirname(fileURLToPath(import.meta.url)))
const vendor = join(web, 'public', 'vendor')

const FILES = ['maplibre-gl/dist/maplibre-gl-worker.mjs', 'us-atlas/counties-10m.json']

await rm(vendor, { recursive: true, force: true })
await mkdir(vendor, { recursive: true })
for (const file of FILES) await cp(join(web, 'node_modules', file), join(vendor, basename(file)))
