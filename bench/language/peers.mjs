// The two other implementations of the language that npm has. Both are Cloudflare's own engine, of different ages.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { initializeWasm } from '@arcjet/analyze-wasm'

/** What one call of the wasm takes at most. */
const EXPRESSIONS_PER_CALL = 10

const UNUSED_IMPORTS = {
  'arcjet:js-req/bot-identifier': { detect: () => [] },
  'arcjet:js-req/email-validator-overrides': {},
  'arcjet:js-req/filter-overrides': { ipLookup: () => undefined },
  'arcjet:js-req/sensitive-information-identifier': { detect: () => [] },
  'arcjet:js-req/verify-bot': { verify: () => 'unverifiable' },
}

const inChunks = (items, size) =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size)
  )

/** Parses the expressions at each call; the request is handed over as JSON, made beforehand. */
const wasm = async (list, stream) => {
  const { matchFilters } = await initializeWasm(UNUSED_IMPORTS)
  const expressions = list.map((rule) => rule.wasm)
  const chunks = inChunks(expressions, EXPRESSIONS_PER_CALL)
  const items = stream.map(({ method, host, path, query, ip, headers, country, asn }) => ({
    request: JSON.stringify({
      ...{ method, host, path, ip, headers },
      ...{ query: query && `?${query}`, protocol: 'https:', cookies: '' },
    }),
    local: JSON.stringify({ country, asn: String(asn), query }),
  }))
  const judge = ({ request, local }) =>
    chunks.some((chunk) => !matchFilters(request, local, chunk, false).allowed)
  return [{ name: '@arcjet/analyze-wasm (parses each call)', judge, items }]
}

/** Requests whose native context is made beforehand: making one takes 0.1 s and more. */
const PREPARED = 4

/** The native context that a rule makes of a request, caught before it is freed. */
const contextOf = (rule, request) => {
  let caught
  rule.matchUsingContext = (context) => {
    caught = context
    context.free = () => {}
  }
  rule.match(request)
  delete rule.matchUsingContext
  return caught
}

/**
 * Native, compiled once. By its public API each match hands the request over anew; the second way leaves that out, and
 * measures the engine and the calls into it.
 */
const firewalker = (list, stream) => {
  const { Firewall, Request } = createRequire(new URL('../peers/package.json', import.meta.url))(
    'firewalker'
  )
  const firewall = new Firewall()
  const compiled = list.map((rule) => firewall.createRule(rule.firewalker))
  const ruleset = firewall.createRuleSet()
  ruleset.rules = compiled.map((expression, i) => ({
    id: String(i),
    expression,
    action: { type: 'block' },
  }))
  const items = stream.map(
    ({ method, host, path, query, ip, headers, country, asn }) =>
      new Request(`https://${host}${path}${query && `?${query}`}`, {
        method,
        headers,
        cf: { 'ip.src': ip, 'ip.src.country': country, 'ip.src.asnum': asn },
      })
  )
  return [
    {
      name: 'firewalker',
      judge: (request) => ruleset.matchRequest(request).matches.length > 0,
      items,
    },
    {
      name: 'firewalker, request handed over before',
      judge: (context) => compiled.some((rule) => rule.matchUsingContext(context)),
      items: items.slice(0, PREPARED).map((request) => contextOf(compiled[0], request)),
    },
  ]
}

export const peers = { wasm, firewalker }

/**
 * Times a peer in a process of its own: background compilation of the wasm, and the garbage that firewalker's calls into
 * native code leave behind, would be counted to others.
 *
 * @returns `{ rows }`, or `{ skipped: reason }`
 */
export const timePeer = (name, count) => {
  const script = fileURLToPath(new URL('./peer.mjs', import.meta.url))
  const { stdout, status, signal } = spawnSync(process.execPath, [script, name, String(count)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return status === 0 ? JSON.parse(stdout) : { skipped: `ended with ${signal ?? status}` }
}
