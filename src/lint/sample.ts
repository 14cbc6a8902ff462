import { customRuleScheme } from '../language/defaults.ts'
import { fieldFacts } from '../language/fields.ts'
import type { Context, Value } from '../language/types.ts'

const defaults: readonly (Value | undefined)[] = customRuleScheme.slots.map(
  (name) => fieldFacts.get(name)?.default
)

/** Returns a request with these values. All other fields have their defaults. */
export const sampleRequest = (values: Readonly<Record<string, Value>>): Context => {
  const given = new Map(
    Object.entries(values).map(([name, value]) => [customRuleScheme.slot(name), value])
  )
  return { get: (slot) => given.get(slot) ?? defaults[slot] }
}
