import type { YAMLMap } from 'yaml'
import { isMap, isScalar, isSeq } from 'yaml'
import type { RulePlace, WrittenRule } from './edit.ts'
import {
  blockRule,
  cannot,
  endOf,
  endOfLines,
  insertAbove,
  isFlow,
  itemAt,
  lineEnd,
  lineStart,
  pairOf,
  startOf,
} from './edit.ts'
import { DOCUMENT_KEYS, LOCKDOWN_KEYS } from './keys.ts'

const pairOfAny = (map: YAMLMap, key: string, others: readonly string[]) =>
  [key, ...others].map((name) => pairOf(map, name)).find((pair) => pair !== undefined)

/** Returns the pair of a map whose value is the list. */
const pairWith = (owner: YAMLMap, list: unknown) => owner.items.find(({ value }) => value === list)

/**
 * Returns the document with one more custom rule. The rule becomes the first custom rule of the document or zone that contains the rule
 * at `place`. The rule at `place` can belong to any product: a `skip` affects only the product in its own zone.
 *
 * @throws EdgeError `cannot_edit`
 */
export const addCustomRule = (text: string, place: RulePlace, rule: WrittenRule): string => {
  const { list, owner } = itemAt(text, place)
  if (owner === undefined) throw cannot(`line ${place.line}: expected a rule below a key`)
  const rules = pairOfAny(owner, 'rules', DOCUMENT_KEYS.rules)
  if (rules !== undefined) {
    const own = rules.value
    const first = isSeq(own) ? own.items[0] : undefined
    if (!isSeq(own) || !isMap(first)) throw cannot('`rules`: expected a list with a rule in it')
    return insertAbove(text, { list: own, map: first }, rule)
  }
  const product = pairWith(owner, list)
  const key = product?.key as { range?: unknown } | undefined
  if (key?.range == null) throw cannot(`line ${place.line}: expected a rule below a key`)
  const end = endOfLines(text)
  if (isFlow(owner)) {
    const at = endOf(list)
    const quote = text[startOf(key)] === '"' ? '"' : ''
    return `${text.slice(0, at)}, ${quote}rules${quote}: [${JSON.stringify(rule)}]${text.slice(at)}`
  }
  const last = lineEnd(text, text.slice(0, endOf(list)).trimEnd().length)
  const indent = ' '.repeat(startOf(key) - lineStart(text, startOf(key)))
  const written = `\n\n${indent}rules:\n${blockRule(rule, `${indent}  `).trimEnd()}`
  return text.slice(0, last).trimEnd() + written.replaceAll('\n', end) + text.slice(last)
}

/**
 * Returns the document with one more address or network that a Zone Lockdown lets in.
 *
 * @throws EdgeError `cannot_edit`
 */
export const addAllowed = (text: string, place: RulePlace, address: string): string => {
  const { map } = itemAt(text, place)
  const allow = pairOfAny(map, 'allow', LOCKDOWN_KEYS.allow)?.value
  if (isScalar(allow) && allow.range != null) {
    const [start, end] = [startOf(allow), endOf(allow)]
    return `${text.slice(0, start)}[${text.slice(start, end)}, ${JSON.stringify(address)}]${text.slice(end)}`
  }
  const last = isSeq(allow) ? allow.items.at(-1) : undefined
  if (!isSeq(allow) || !isScalar(last) || last.range == null) {
    throw cannot(`line ${place.line}: expected the addresses of a lockdown in its \`allow\``)
  }
  const at = endOf(last)
  if (allow.flow === true) {
    return `${text.slice(0, at)}, ${JSON.stringify(address)}${text.slice(at)}`
  }
  const start = lineStart(text, startOf(last))
  const [dash] = /^[ \t]*-[ \t]*/.exec(text.slice(start, startOf(last))) ?? []
  if (dash === undefined) throw cannot(`line ${place.line}: expected each address on its own line`)
  const end = lineEnd(text, at)
  const behind = text[end - 1] === '\r' ? end - 1 : end
  return `${text.slice(0, behind)}${endOfLines(text)}${dash}${JSON.stringify(address)}${text.slice(behind)}`
}
