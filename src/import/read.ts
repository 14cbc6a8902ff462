import type { Value } from '../terraform/values.ts'
import {
  BOOLEAN_TEXTS,
  isList,
  isNumber,
  isObject,
  isUnknown,
  numberText,
  SetValue,
} from '../terraform/values.ts'
import type { View } from '../terraform/view.ts'
import type { ImportedRule, LeftOut } from './rule.ts'
import type { ImportedZone } from './zones.ts'

/** The reason why a rule cannot load. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

const unknownReason = (value: Value): string | undefined => {
  if (!isUnknown(value)) return undefined
  return value.problem === undefined
    ? `unknown value: ${value.what} is known only when Terraform runs; give it with --var, or load the output of \`terraform show -json\``
    : value.what
}

/** Throws if a value or a part of it is unknown. */
export const known = (value: Value | undefined): Value | undefined => {
  if (value === undefined) return undefined
  const reason = unknownReason(value)
  if (reason !== undefined) throw new Refusal(reason)
  return value
}

/** The text under a name. Like the provider, it converts numbers and booleans to text. */
export const text = (view: View, name: string): string | undefined => {
  const value = known(view.value(name))
  if (value === undefined) return undefined
  if (typeof value === 'string') return value
  if (isNumber(value)) return numberText(value)
  if (typeof value === 'boolean') return String(value)
  throw new Refusal(`\`${name}\`: expected a text`)
}

export const required = (view: View, name: string): string => {
  const value = text(view, name)
  if (value === undefined) throw new Refusal(`\`${name}\` is missing`)
  return value
}

export const number = (view: View, name: string): number | undefined => {
  const value = known(view.value(name))
  if (value === undefined || value === '') return undefined
  const found = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value
  if (typeof found === 'number' && Number.isFinite(found)) return found
  throw new Refusal(`\`${name}\`: expected a number`)
}

export const boolean = (view: View, name: string): boolean | undefined => {
  const value = known(view.value(name))
  if (value === undefined || typeof value === 'boolean') return value
  const found = BOOLEAN_TEXTS.get(value)
  if (found !== undefined) return found
  throw new Refusal(`\`${name}\`: expected true or false`)
}

const itemsOf = (value: Value): readonly Value[] =>
  isList(value) ? value : value instanceof SetValue ? value.items : [value]

/**
 * The texts of a list or a set. One text counts as a list with one entry. Terraform 0.11 wrote `["${var.urls}"]` for a list, so a list
 * that is the only entry stands for its entries.
 */
export const texts = (view: View, name: string): string[] => {
  const value = known(view.value(name))
  if (value === undefined) return []
  const items = itemsOf(value)
  return (items.length === 1 ? itemsOf(items[0]!) : items).map((item) => {
    const reason = unknownReason(item)
    if (reason !== undefined) throw new Refusal(reason)
    if (isObject(item) || isList(item) || item === null)
      throw new Refusal(`\`${name}\`: expected texts`)
    return isNumber(item) ? numberText(item) : String(item)
  })
}

/** Like `text`, but returns `undefined` instead of an error, for values that do not change the rule's verdict. */
export const textOrNothing = (view: View, name: string): string | undefined => {
  try {
    return text(view, name)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** The rule without unset members. */
export const compacted = (rule: ImportedRule): ImportedRule =>
  Object.fromEntries(
    Object.entries(rule).filter(([, value]) => value !== undefined)
  ) as unknown as ImportedRule

/** The rules, the omitted ones, and the notices. */
export class Found {
  readonly rules: ImportedRule[] = []
  readonly leftOut: LeftOut[] = []
  readonly warnings: string[] = []
  readonly zones: ImportedZone[] = []

  /** Adds the result of `read`, or the reason of its failure. */
  add(source: string, what: string, read: () => ImportedRule | undefined): void {
    try {
      const rule = read()
      if (rule !== undefined) this.rules.push(compacted(rule))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.leaveOut(source, what, error.message)
    }
  }

  leaveOut(source: string, what: string, reason: string): void {
    this.leftOut.push({ source, what, reason })
  }

  warn(source: string, message: string): void {
    const text = `${source}: ${message}`
    if (!this.warnings.includes(text)) this.warnings.push(text)
  }
}
