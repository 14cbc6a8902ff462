import type { CompareNode, IntRange } from '../../language/ast.ts'
import type { Lint } from '../lint-type.ts'
import { nodesOf } from '../written-tests.ts'

const MAX_PORT = 65_535
const MAX_U32 = 4_294_967_295

/** The smallest and largest documented value of numeric fields. */
const BOUNDS: Readonly<Record<string, readonly [least: number, greatest: number]>> = {
  'cf.threat_score': [0, 0],
  'cf.bot_management.score': [0, 99],
  'cf.waf.score': [1, 100],
  'cf.waf.score.sqli': [1, 100],
  'cf.waf.score.xss': [1, 100],
  'cf.waf.score.rce': [1, 100],
  'cf.llm.prompt.injection_score': [1, 100],
  'edge.ip_reputation.score': [0, 100],
  'cf.edge.server_port': [1, MAX_PORT],
  'ip.src.asnum': [0, MAX_U32],
  'http.request.timestamp.msec': [0, 999],
  'http.request.body.size': [0, Number.MAX_SAFE_INTEGER],
}
/** Lengths of texts and arrays. */
const LENGTHS: readonly [number, number] = [0, Number.MAX_SAFE_INTEGER]

const boundsOf = ({ left }: CompareNode): readonly [number, number] | undefined => {
  if (left.kind === 'call') return left.definition.name === 'len' ? LENGTHS : undefined
  return left.indexes.length === 0 && Object.hasOwn(BOUNDS, left.name)
    ? BOUNDS[left.name]
    : undefined
}

type Truth = 'always' | 'never' | undefined

const ofSet = (items: readonly IntRange[], [least, greatest]: readonly [number, number]): Truth => {
  if (items.every(([from, to]) => to < least || from > greatest)) return 'never'
  return items.some(([from, to]) => from <= least && to >= greatest) ? 'always' : undefined
}

const ORDERINGS: Readonly<Record<string, (bound: number, than: number | bigint) => boolean>> = {
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y,
}

/**
 * Returns the result of a numeric comparison that is the same for all possible values of its left side; `undefined` if the result
 * varies or the bounds are unknown.
 */
export const truthOfComparison = (node: CompareNode): Truth => {
  const bounds = boundsOf(node)
  return bounds && truthOf(node, bounds)
}

/** Returns the result of a numeric comparison that is the same for all values within the bounds. */
const truthOf = (node: CompareNode, bounds: readonly [number, number]): Truth => {
  const { right, operator } = node
  if (right.kind === 'int_set') return ofSet(right.items, bounds)
  if (
    right.kind !== 'literal' ||
    (typeof right.value !== 'number' && typeof right.value !== 'bigint')
  )
    return undefined
  const { value } = right
  const [least, greatest] = bounds
  const isOutside = value < least || value > greatest
  const isOnly = least === greatest && value === least
  if (operator === 'eq') return isOutside ? 'never' : isOnly ? 'always' : undefined
  if (operator === 'ne') return isOutside ? 'always' : isOnly ? 'never' : undefined
  const holds = ORDERINGS[operator]
  if (holds === undefined) return undefined
  const [atLeast, atGreatest] = [holds(least, value), holds(greatest, value)]
  return atLeast !== atGreatest ? undefined : atLeast ? 'always' : 'never'
}

const shown = (bound: number): string =>
  bound === Number.MAX_SAFE_INTEGER ? 'any size' : String(bound)

export const valueOutOfRange: Lint = {
  code: 'value_out_of_range',
  severity: 'error',
  title: 'a number outside the range of the field',
  explanation:
    'Scores, ports and lengths have limits: `cf.threat_score` is always 0, `cf.bot_management.score` is 1 to 99 (0 if not computed), `cf.waf.score` is\n' +
    '1 to 100, and a length is at least 0. A comparison with a number outside the range is true for all requests or for none.',
  bad: [
    'cf.threat_score gt 10',
    'cf.bot_management.score gt 99',
    'cf.waf.score lt 1',
    'not cf.edge.server_port in {0 70000}',
    'len(http.user_agent) lt 0',
    'len(http.user_agent) ge 0 and ssl',
  ],
  good: [
    'cf.bot_management.score lt 30',
    'cf.waf.score le 20',
    'cf.edge.server_port in {80 443}',
    'len(http.user_agent) eq 0',
    'len(http.request.uri.args["order"]) ge 0',
  ],
  expression: (written, report) => {
    for (const node of nodesOf(written)) {
      if (node.kind !== 'compare') continue
      const bounds = boundsOf(node)
      const truth = truthOfComparison(node)
      if (bounds === undefined || truth === undefined) continue
      // The documented way to test for the presence of a key.
      const isPresence =
        truth === 'always' &&
        node.left.kind === 'call' &&
        node.left.arguments.some((one) => one.kind === 'field' && one.indexes.length > 0)
      if (isPresence) continue
      const what = node.left.kind === 'field' ? `\`${node.left.name}\`` : 'a length'
      const [least, greatest] = bounds
      const values = least === greatest ? `always ${least}` : `${least} to ${shown(greatest)}`
      report({
        part: { start: node.start, length: node.end - node.start },
        message: `this is ${truth} true: ${what} is ${values}`,
        help:
          least === greatest
            ? 'remove it: Cloudflare no longer computes it'
            : 'compare with a number in this range',
      })
    }
  },
}
