import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { answerOf } from '../admin/answer.ts'
import type { RouteRequest } from '../admin/request.ts'
import { headerOf } from '../admin/request.ts'
import type { Answer } from '../answers/answer.ts'

const TYPES = {
  'style.css': 'text/css; charset=UTF-8',
  'page.js': 'text/javascript; charset=UTF-8',
  'icon.svg': 'image/svg+xml',
  'sans.woff2': 'font/woff2',
  'mono.woff2': 'font/woff2',
} as const

export type AssetName = keyof typeof TYPES

interface Asset {
  readonly name: AssetName
  readonly bytes: Buffer
  readonly packed: Buffer | undefined
  readonly hash: string
}

const HASH_CHARS = 10
/** One year: the name changes with the content. */
const FOREVER = 'public, max-age=31536000, immutable'

/** The build writes the assets next to the package's other files. Tests run from the sources and use the same build. */
const folder = (): string =>
  join(createRequire(import.meta.url).resolve('edge1020/package.json'), '../dist/dashboard')

const isFont = (name: AssetName) => name.endsWith('.woff2')

const loaded = new Map<AssetName, Asset>()

const load = (name: AssetName): Asset => {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const bytes = readFileSync(join(folder(), name))
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, HASH_CHARS)
  const packed = isFont(name) ? undefined : gzipSync(bytes, { level: 9 })
  const asset = { name, bytes, packed, hash }
  loaded.set(name, asset)
  return asset
}

/** Returns the address of a file. The address of a font never changes, because the stylesheet contains it. */
export const assetHref = (name: AssetName): string =>
  `/assets/${isFont(name) ? 'geist' : load(name).hash}/${name}`

const isAsset = (name: string): name is AssetName => Object.hasOwn(TYPES, name)

/** Returns a file of the dashboard, or `undefined` if no file has this name. */
export const assetAnswer = (request: RouteRequest): Answer | undefined => {
  const name = request.params.name!
  if (!isAsset(name)) return undefined
  const { bytes, packed, hash } = load(name)
  const takesGzip = /\bgzip\b/.test(headerOf(request, 'accept-encoding') ?? '')
  const body = takesGzip && packed !== undefined ? packed : bytes
  const answer = answerOf(200, TYPES[name], '', {
    'Content-Length': String(body.length),
    ...(body === packed ? { 'Content-Encoding': 'gzip' } : {}),
    Vary: 'Accept-Encoding',
    // A page from before an update requests the old name. Browsers must not cache the new file under that name.
    'Cache-Control': isFont(name) || request.params.hash === hash ? FOREVER : 'no-store',
  })
  return { ...answer, body }
}
