import type { Expression } from '../../language/expression.ts'
import { readAddress } from '../address.ts'
import type { LanguageOptions } from '../compile.ts'
import type { Draft } from '../draft.ts'
import { compileGenerated } from '../generated.ts'
import { readHead, readPage } from '../head.ts'
import { LOCKDOWN_KEYS } from '../keys.ts'
import type { Node } from '../node.ts'
import type { Reader } from '../reader.ts'
import type { Rule } from '../rule.ts'
import { slug } from '../slug.ts'
import { urlProblem, urlsExpression } from '../urls.ts'
import { isOfTheApi } from './api-shape.ts'

/**
 * One Zone Lockdown. It blocks requests for its URLs unless they come from its addresses.
 *
 * Source: https://developers.cloudflare.com/waf/tools/zone-lockdown/
 */
export interface Lockdown extends Rule {
  /** Host and path, `*` for any text: `example.com/wiki/*`. */
  readonly urls: readonly string[]
  /** Matches requests for the locked URLs from any address. */
  readonly locked: Expression
  /** Addresses and networks that get in. */
  readonly allow: readonly string[]
  /** The smallest counts first. */
  readonly priority?: number
}

/** The two expressions of a lockdown, as Cloudflare's documentation writes them. */
export const lockdownExpressions = (
  urls: readonly string[],
  allow: readonly string[]
): Pick<Lockdown, 'expression' | 'locked'> => {
  const locked = urlsExpression(urls)
  const grouped = / (?:and|or) /.test(locked) ? `(${locked})` : locked
  return {
    locked: compileGenerated(locked),
    expression: compileGenerated(`${grouped} and not ip.src in {${allow.join(' ')}}`),
  }
}

const EXPECTED_URL = 'a URL pattern such as `example.com/wiki/*`'
const EXPECTED_ADDRESS = 'an address or a network'

const readUrls = (node: Node, reader: Reader): string[] =>
  reader.items(node, EXPECTED_URL).flatMap((item) => {
    const text = reader.text(item, EXPECTED_URL)
    if (text === undefined) return []
    const problem = urlProblem(text.value)
    if (problem === undefined) return [text.value]
    reader.findings.error(text.place, 'invalid_url', problem.message, problem.help)
    return []
  })

const readAddresses = (node: Node, reader: Reader): string[] =>
  reader.items(node, EXPECTED_ADDRESS).flatMap((item) => {
    const text = reader.text(item, EXPECTED_ADDRESS)
    if (text === undefined) return []
    const read = readAddress(text.value)
    if (read.kind === 'address' || read.kind === 'network') return [read.item]
    const wrong =
      read.kind === 'problem'
        ? read.problem
        : { code: 'invalid_ip', message: 'a lockdown accepts addresses and networks, not lists' }
    reader.findings.error(text.place, wrong.code, wrong.message, wrong.help)
    return []
  })

const readPriority = (node: Node, reader: Reader): number | undefined =>
  node.kind === 'scalar' && typeof node.value === 'number' && Number.isInteger(node.value)
    ? node.value
    : reader.wrongType(node, 'a whole number: the smallest counts first')

/** Reads one entry of `lockdown:`. */
export const readLockdown = (
  node: Node,
  reader: Reader,
  options: LanguageOptions
): Draft | undefined => {
  const what = 'a lockdown'
  const map = reader.map(node, `${what}: a mapping with \`urls\` and \`allow\``)
  if (map === undefined || isOfTheApi(map, what, reader)) return undefined
  const { found, meant } = reader.entries(map, LOCKDOWN_KEYS, what)
  const { head, scope } = readHead(map, found, meant, reader, options)
  for (const key of ['urls', 'allow'] as const) {
    if (found[key] !== undefined || meant.has(key)) continue
    reader.findings.error(map.place, 'missing_key', `${scope.title} has no \`${key}\``)
  }
  const urls = found.urls === undefined ? [] : readUrls(found.urls.value, reader)
  const allow = found.allow === undefined ? [] : readAddresses(found.allow.value, reader)
  const priority = found.priority && readPriority(found.priority.value, reader)
  const page = readPage(found.page, scope)
  if (urls.length === 0 || allow.length === 0) return undefined
  const { expression, locked } = lockdownExpressions(urls, allow)
  const name = head.name ?? `lockdown of ${urls[0]}`
  return {
    ...head,
    id: head.id ?? slug(name).slice(0, 100),
    name,
    action: 'block',
    expression,
    page,
    parts: {
      product: 'lockdown',
      urls,
      allow,
      locked,
      ...(priority === undefined ? {} : { priority }),
    },
  }
}
