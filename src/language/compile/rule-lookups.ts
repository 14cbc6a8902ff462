import type { IpRange } from '../../lists/ip.ts'
import type { LogicalNode } from '../ast.ts'
import type { Expression } from '../expression.ts'
import type { Context, Value } from '../types.ts'
import { isOperand } from '../walk.ts'
import { addressLookup } from './addresses.ts'
import { needleLookup } from './aho-corasick.ts'
import { choosePrefilters } from './choose-prefilter.ts'
import { compileCondition } from './logic.ts'
import type { Bits, Mark } from './lookup.ts'
import { valueLookup, WORD_SHIFT } from './lookup.ts'
import type { CompileOptions } from './options.ts'
import type { Prefilter } from './prefilter.ts'
import type { Key, Subject } from './prefilter-keys.ts'
import { type Matching, NO_RULES } from './rules.ts'
import { treeOf } from './tree.ts'
import type { Read } from './value.ts'
import { compileOperand } from './value.ts'

interface Lookup {
  readonly read: Read
  readonly mark: Mark
  /** No rule before this word relies on the look-up. */
  readonly firstWord: number
}

/** Look-ups read fields only: lists and the treatment of missing values do not affect them. */
const NO_OPTIONS: CompileOptions = { missing: 'docs', lists: {}, condition: compileCondition }
const WORD_BITS = 1 << WORD_SHIFT

const logicalTree = (expression: Expression): LogicalNode | undefined => {
  const root = treeOf(expression)
  if (root === undefined || isOperand(root) || root.kind === 'literal') return undefined
  return root.type.kind === 'Bool' ? root : undefined
}

type Entry = readonly [sought: Key['sought'], rule: number]

const postingsOf = <Sought extends Value>(entries: readonly Entry[]): Map<Sought, number[]> => {
  const postings = new Map<Sought, number[]>()
  for (const [sought, rule] of entries as readonly (readonly [Sought, number])[]) {
    const rules = postings.get(sought)
    if (rules === undefined) postings.set(sought, [rule])
    else if (rules.at(-1) !== rule) rules.push(rule)
  }
  return postings
}

const markOf = (kind: Subject['kind'], entries: readonly Entry[]): Mark => {
  if (kind === 'value') return valueLookup(postingsOf(entries))
  if (kind === 'needle') return needleLookup(postingsOf<string>(entries))
  return addressLookup(entries as readonly (readonly [IpRange, number])[])
}

const buildLookups = (prefilters: readonly (Prefilter | undefined)[]): Lookup[] => {
  const entries = new Map<Subject, Entry[]>()
  prefilters.forEach((prefilter, rule) => {
    for (const { subject, sought } of prefilter ?? []) {
      const known = entries.get(subject)
      if (known === undefined) entries.set(subject, [[sought, rule]])
      else known.push([sought, rule])
    }
  })
  // Rules come in order, so the look-ups are in the order of the first rule that relies on each.
  return [...entries].map(([{ kind, operand }, found]) => ({
    read: compileOperand(operand, NO_OPTIONS),
    mark: markOf(kind, found),
    firstWord: found[0]![1] >>> WORD_SHIFT,
  }))
}

const run = ({ read, mark }: Lookup, context: Context, bits: Bits): void => {
  const value = read(context)
  if (value === undefined) return
  if (Array.isArray(value)) for (const element of value as readonly Value[]) mark(element, bits)
  else mark(value, bits)
}

/**
 * Compiles expressions with their look-ups; `undefined` if no look-up would serve enough of them.
 *
 * @param ends whether the evaluation ends after an expression that is true
 */
export const compileWithLookups = (
  expressions: readonly Expression[],
  ends: readonly boolean[]
): Matching | undefined => {
  const prefilters = choosePrefilters(expressions.map(logicalTree))
  const lookups = buildLookups(prefilters)
  if (lookups.length === 0) return undefined
  const always: Bits = new Int32Array(Math.ceil(expressions.length / WORD_BITS))
  prefilters.forEach((prefilter, rule) => {
    if (prefilter === undefined) always[rule >>> WORD_SHIFT]! |= 1 << rule
  })
  // Rules that may be true of the current request. All requests share this memory.
  const bits: Bits = always.slice()

  return (context) => {
    // A loop copies faster than `set` of a typed array: most rulesets have only a few words.
    for (let word = 0; word < always.length; word++) bits[word] = always[word]!
    let found: number[] | undefined
    let lookup = 0
    for (let word = 0; word < bits.length; word++) {
      while (lookup < lookups.length && lookups[lookup]!.firstWord === word) {
        run(lookups[lookup++]!, context, bits)
      }
      for (let left = bits[word]!; left !== 0; left &= left - 1) {
        const rule = (word << WORD_SHIFT) + WORD_BITS - 1 - Math.clz32(left & -left)
        if (!expressions[rule]!.matches(context)) continue
        if (found === undefined) found = [rule]
        else found.push(rule)
        if (ends[rule]) return found
      }
    }
    return found ?? NO_RULES
  }
}
