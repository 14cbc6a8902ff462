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
 * The data on visitors of all test edges of a process. They never change, and reading the countries takes longer than all else of an
 * edge. Networks are the built-in ones: to compile those of the whole Internet takes seconds.
 */
export const sharedSources = (): Sources => {
  sources ??= { geo: openGeo([]).geo, asn: builtInAsn(), bots: createBots() }
  return sources
}

const MOST_REMEMBERED = 500

type Code = (bytes: Uint8Array) => Uint8Array

/** Does not do the same work twice. */
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

/** The pages of all edges are the same: their fixed parts are compressed once a process. */
export const sharedCoders = {
  ...coders,
  deflate: remembered(coders.deflate),
  brotli: remembered(coders.brotli),
}
