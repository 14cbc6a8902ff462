import { coders } from '../answers/node/coders.ts'
import { builtInAsn } from '../visitor/asn/builtin.ts'
import { createBots } from '../visitor/bots/bots.ts'
import { openGeo } from '../visitor/node/geo.ts'
import type { AsnSource, BotSource, GeoSource } from '../visitor/visitor.ts'

interface Sources {
  geo: GeoSource
  asn: AsnSource
  bots: BotSource
}

let sources: Sources | undefined

/**
 * Returns the visitor data, which all test edges of a process share. The data never change, and reading the country data is the
 * slowest part of starting an edge. Only the built-in networks are included: compiling those of the whole Internet takes seconds.
 */
export const sharedSources = (): Sources => {
  sources ??= { geo: openGeo([]).geo, asn: builtInAsn(), bots: createBots() }
  return sources
}

const MOST_REMEMBERED = 500

type Code = (bytes: Uint8Array) => Uint8Array

/** Caches the results of `code`, up to `MOST_REMEMBERED`. */
const remembered = (code: Code): Code => {
  const known = new Map<string, Uint8Array>()
  return (bytes) => {
    const key = Buffer.from(bytes).toString('latin1')
    let coded = known.get(key)
    if (coded === undefined) {
      coded = code(bytes)
      if (known.size < MOST_REMEMBERED) known.set(key, coded)
    }
    return coded
  }
}

/** Coders that compress the fixed parts of pages once per process, because all edges share them. */
export const sharedCoders = {
  ...coders,
  deflate: remembered(coders.deflate),
  brotli: remembered(coders.brotli),
}
