import { nearest } from '../nearest.ts'
import type { RuleScope } from './head.ts'
import { SKIP_KEYS } from './keys.ts'
import type { Entry } from './node.ts'
import { inBackticks } from './node.ts'
import type { Reader } from './reader.ts'

/**
 * The rules, products and phases that a `skip` rule leaves out.
 *
 * Source: https://developers.cloudflare.com/waf/custom-rules/skip/options/
 */
export interface Skipped {
  /** The rules below it. */
  readonly current: boolean
  /** Phases of Cloudflare's, as `http_ratelimit`. */
  readonly phases: readonly string[]
  /** Products of Cloudflare's, as `zoneLockdown`. */
  readonly products: readonly string[]
  /** Ids of rulesets. */
  readonly rulesets: readonly string[]
  /** True if a match creates an event. */
  readonly logs: boolean
}

/** Phases that a custom rule may skip. `current` is the rest of its own phase. */
export const SKIPPED_PHASES = [
  'http_ratelimit',
  'http_request_firewall_managed',
  'http_request_sbfm',
  'current',
] as const

/** Case-sensitive, as in Cloudflare's API. */
export const SKIPPED_PRODUCTS = [
  'zoneLockdown',
  'uaBlock',
  'bic',
  'hot',
  'securityLevel',
  'rateLimit',
  'waf',
] as const

const words = (
  entry: Entry | undefined,
  known: readonly string[],
  what: string,
  reader: Reader
): string[] =>
  entry === undefined
    ? []
    : reader.items(entry.value, what).flatMap((item) => {
        const text = reader.text(item, what)
        if (text === undefined || known.includes(text.value)) return text?.value ?? []
        const near = nearest(text.value, known)
        const message = `unknown ${what} ${inBackticks(text.value)}: expected one of ${known.join(', ')}`
        const help = near && `did you mean \`${near}\`?`
        reader.findings.error(text.place, 'invalid_skip', message, help)
        return []
      })

/** `skip: { ruleset: current, phases: […], products: […] }` and `logging: false` */
export const readSkip = (
  { skip, logging }: { skip?: Entry; logging?: Entry },
  { reader }: RuleScope
): Skipped | undefined => {
  const logs = (logging && reader.boolean(logging.value, 'logging')) ?? true
  if (skip === undefined) return { current: true, phases: [], products: [], rulesets: [], logs }
  const map = reader.map(skip.value, 'a mapping with `ruleset`, `phases`, `products`')
  if (map === undefined) return undefined
  const { found } = reader.entries(map, SKIP_KEYS, '`skip`')
  const current = words(found.ruleset, ['current'], 'ruleset', reader).length > 0
  const phases = words(found.phases, SKIPPED_PHASES, 'phase', reader)
  const products = words(found.products, SKIPPED_PRODUCTS, 'product', reader)
  if (map.entries.length === 0 && !map.incomplete) {
    const help = 'to skip the rules below leave `skip` out'
    reader.findings.error(map.place, 'invalid_skip', '`skip` names nothing to skip', help)
  }
  return { current, phases, products, rulesets: [], logs }
}
