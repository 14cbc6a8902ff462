import type { CallNode, CompareNode, LogicalNode, OperandNode, Right } from '../language/ast.ts'
import { toBytes, toText } from '../language/bytes.ts'
import { treeOf } from '../language/compile/tree.ts'
import type { Expression } from '../language/expression.ts'
import type { Value } from '../language/types.ts'
import { isLogical } from '../language/walk.ts'
import { formatIp } from '../lists/ip.ts'
import { isIdentity } from '../request/header-fields.ts'
import { patternWitnesses } from '../toolkit/counterfactual/pattern.ts'
import type { RuleTest } from './test.ts'

/** Values by field. The key of a header is `header name`. */
type Values = ReadonlyMap<string, string | number | boolean>

const NOTHING: Values = new Map()
const HEADERS = 'http.request.headers'
const HEADER = 'header '

/** Returns the values of both, or `undefined` if they contradict each other. */
const joined = (x: Values, y: Values): Values | undefined => {
  for (const [field, value] of y) if (x.has(field) && x.get(field) !== value) return undefined
  return new Map([...x, ...y])
}

/** Returns the field that an operand reads, directly or through functions that change a text little. */
const fieldOf = (operand: OperandNode): string | undefined => {
  if (operand.kind === 'call') {
    const [first] = operand.arguments
    const isCase = ['lower', 'upper', 'url_decode'].includes(operand.definition.name)
    return isCase && (first?.kind === 'field' || first?.kind === 'call')
      ? fieldOf(first)
      : undefined
  }
  const [index] = operand.indexes
  if (operand.name === HEADERS && index?.kind === 'key') return `${HEADER}${toText(index.key)}`
  return operand.indexes.length === 0 ? operand.name : undefined
}

/** The fields whose values always begin with a slash. */
const PATHS = ['http.request.uri', 'http.request.uri.path', 'raw.http.request.uri.path']

const containing = (field: string, part: string): string =>
  PATHS.includes(field) && !part.startsWith('/') ? `/${part}` : part

const plain = (value: Value): string | number | boolean | undefined => {
  if (typeof value === 'string') return toText(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  return typeof value === 'object' && 'family' in value ? formatIp(value) : undefined
}

/** Returns a text that the pattern matches. For a path it prefers one that begins with a slash. */
const fromPattern = (field: string, { operator, right }: CompareNode): string | undefined => {
  if (right.kind !== 'pattern') return undefined
  const { pattern, test } = right
  const found = patternWitnesses(operator === 'matches' ? 'regex' : 'wildcard', pattern, test)
  // The edge normalizes a path before it evaluates rules: repeated slashes become one.
  const texts = found
    .map((text) => containing(field, toText(text)))
    .filter((text) => !PATHS.includes(field) || !text.includes('//'))
  return texts.find((text) => test(toBytes(text))) ?? texts[0]
}

const firstOf = (right: Right): string | number | boolean | undefined => {
  switch (right.kind) {
    case 'literal':
      return plain(right.value)
    case 'bytes_set':
      return right.items[0] === undefined ? undefined : toText(right.items[0])
    case 'int_set':
      return right.items[0] === undefined ? undefined : Number(right.items[0][0])
    case 'ip_set':
      return right.items[0] && formatIp(right.items[0].from)
    default:
      return undefined
  }
}

const compareValues = (node: CompareNode): Values | undefined => {
  const field = fieldOf(node.left)
  if (field === undefined) return undefined
  if (node.right.kind === 'pattern') {
    const text = fromPattern(field, node)
    return text === undefined ? undefined : new Map([[field, text]])
  }
  const value = firstOf(node.right)
  if (value === undefined) return undefined
  if (node.operator === 'contains') return new Map([[field, containing(field, String(value))]])
  if (node.operator === 'ne') return NOTHING
  const step = node.operator === 'gt' ? 1 : node.operator === 'lt' ? -1 : 0
  return new Map([[field, typeof value === 'number' ? value + step : value]])
}

/** The usual value of each field in a witness, and another value that replaces it. */
const USUAL: Readonly<Record<string, readonly [usual: string, other: string]>> = {
  'http.host': ['shop.test', 'other.test'],
  'http.request.method': ['GET', 'POST'],
  'http.request.uri.path': ['/', '/other'],
}

/** Returns values that make a comparison false, mostly those of an ordinary request. */
const unequal = (node: CompareNode): Values | undefined => {
  if (node.operator === 'ne') return compareValues({ ...node, operator: 'eq' })
  const field = fieldOf(node.left) ?? ''
  const [usual, other] = USUAL[field] ?? []
  const { right } = node
  const texts = right.kind === 'bytes_set' ? right.items.map(toText) : [firstOf(right)]
  return other !== undefined && texts.includes(usual) ? new Map([[field, other]]) : NOTHING
}

/** Returns values that make a call true, such as `starts_with(field, "text")`. */
const callValues = ({ definition, arguments: given }: CallNode): Values | undefined => {
  const [first, second] = given
  const isText = definition.name === 'starts_with' || definition.name === 'ends_with'
  if (!isText || second?.kind !== 'literal' || typeof second.value !== 'string') return undefined
  const field = first?.kind === 'field' || first?.kind === 'call' ? fieldOf(first) : undefined
  return field === undefined
    ? undefined
    : new Map([[field, containing(field, toText(second.value))]])
}

/** Returns values that probably make a node true (or false, as wanted), or `undefined` if it finds none. */
const solve = (node: LogicalNode, wanted: boolean): Values | undefined => {
  switch (node.kind) {
    case 'constant':
      return node.value === wanted ? NOTHING : undefined
    case 'not':
      return solve(node.item, !wanted)
    case 'and':
    case 'or': {
      if (wanted === (node.kind === 'or')) {
        for (const item of node.items) {
          const found = solve(item, wanted)
          if (found !== undefined) return found
        }
        return undefined
      }
      let all: Values | undefined = NOTHING
      for (const item of node.items) {
        const found = solve(item, wanted)
        all = found === undefined || all === undefined ? undefined : joined(all, found)
      }
      return all
    }
    case 'compare':
      return wanted ? compareValues(node) : unequal(node)
    case 'bare': {
      if (!wanted) return NOTHING
      if (node.operand.kind === 'call') return callValues(node.operand)
      const field = fieldOf(node.operand)
      return field === undefined ? undefined : new Map([[field, true]])
    }
    default:
      return undefined
  }
}

type Request = RuleTest['request']

/** Returns a request with these values. Values that do not belong to a part of a request go into `from.fields`. */
const requestOf = (values: Values, base: Request): Request => {
  const rest = new Map(values)
  const take = (field: string) => {
    const value = rest.get(field)
    rest.delete(field)
    return value === undefined ? undefined : String(value)
  }
  const host = take('http.host') ?? 'shop.test'
  const target = take('http.request.uri')
  const path = take('http.request.uri.path') ?? target ?? '/'
  const query = take('http.request.uri.query')
  const method = take('http.request.method') ?? base.method
  const agent = take('http.user_agent')
  const referer = take('http.referer')
  const country = take('ip.src.country') ?? take('ip.geoip.country')
  const asn = take('ip.src.asnum') ?? take('ip.geoip.asnum')
  const ip = take('ip.src')
  const headers: [string, string][] = [
    ...(agent === undefined ? [] : [['User-Agent', agent] as [string, string]]),
    ...(referer === undefined ? [] : [['Referer', referer] as [string, string]]),
  ]
  for (const [key, value] of rest) {
    if (!key.startsWith(HEADER)) continue
    headers.push([key.slice(HEADER.length), String(value)])
    rest.delete(key)
  }
  const names = headers.map(([name]) => name.toLowerCase())
  const kept = base.headers.filter(([name]) => !names.includes(name.toLowerCase()))
  // A persona sets the properties that identify a client.
  const { as, ...others } = base.from
  return {
    ...base,
    method,
    url: `https://${host}${path}${query === undefined ? '' : `?${query}`}`,
    headers: [...kept, ...headers],
    from: {
      ...(names.some(isIdentity) ? others : base.from),
      ...(country === undefined ? {} : { country }),
      ...(asn === undefined ? {} : { asn: Number(asn) }),
      ...(ip === undefined ? {} : { ip }),
      ...(rest.size === 0 ? {} : { fields: Object.fromEntries(rest) }),
    },
  }
}

/**
 * Returns a request that probably matches an expression, built from the values in the expression. The caller must check that it
 * matches. Returns `undefined` if it finds no request.
 *
 * @param base the request whose other parts are kept
 */
export const witness = (expression: Expression, base: Request): Request | undefined => {
  const root = treeOf(expression)
  if (root === undefined || !isLogical(root)) return undefined
  const values = solve(root, true)
  return values === undefined ? undefined : requestOf(values, base)
}
