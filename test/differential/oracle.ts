// Cloudflare's open engine (wirefilter), as it is built into a package of another product: WebAssembly that parses an
// expression at each call. It knows request fields of its own, and a map `local`.
import { initializeWasm } from '@arcjet/analyze-wasm'
import type { Values } from './cases.ts'

export type Opinion = { accepted: false; message: string } | { accepted: true; matched: boolean }

/** Parts of the package that filters do not use, but that it wants. */
const IMPORTS = {
  'arcjet:js-req/bot-identifier': { detect: () => [] },
  'arcjet:js-req/email-validator-overrides': {
    isFreeEmail: () => 'unknown',
    isDisposableEmail: () => 'unknown',
    hasMxRecords: () => 'unknown',
    hasGravatar: () => 'unknown',
  },
  'arcjet:js-req/filter-overrides': { ipLookup: () => undefined },
  'arcjet:js-req/sensitive-information-identifier': { detect: () => [] },
  'arcjet:js-req/verify-bot': { verify: () => 'unverifiable' },
}

interface Engine {
  matchFilters(
    request: string,
    local: string,
    expressions: string[],
    allow: boolean
  ): { matchedExpressions: string[]; undeterminedExpressions: string[] }
}

const start = async () => (await initializeWasm(IMPORTS as never)) as unknown as Engine
let engine = await start()

/** What the engine makes of an expression; `undefined` where it cannot say. */
export const opinionOf = async (
  expression: string,
  { host, path, ip, header, key, accented }: Values
): Promise<Opinion | undefined> => {
  const request = {
    ip,
    host,
    path,
    method: 'GET',
    protocol: 'http',
    headers: { x: header },
    cookies: '',
    query: '',
    extra: {},
  }
  const local = { k: key, é: accented }
  try {
    const { matchedExpressions, undeterminedExpressions } = engine.matchFilters(
      JSON.stringify(request),
      JSON.stringify(local),
      [expression],
      true
    )
    if (undeterminedExpressions.length > 0) return undefined
    return { accepted: true, matched: matchedExpressions.length > 0 }
  } catch (error) {
    const { payload } = error as { payload?: unknown }
    // Without a message of its own it has crashed, and is of no more use.
    if (payload === undefined) engine = await start()
    return { accepted: false, message: String(payload ?? error) }
  }
}
