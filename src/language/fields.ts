import table from './fields.json' with { type: 'json' }
import type { FieldDefinition } from './scheme.ts'
import type { Type, Value } from './types.ts'
import { parseType } from './types.ts'

/**
 * Where a field's value comes from here. `override` has no source on this edge yet: a test override or `default` gives
 * it, and loading a rule that reads it warns.
 */
export type FieldSource = 'request' | 'connection' | 'visitor' | 'override'

export interface FieldFacts {
  readonly type: Type
  readonly source: FieldSource
  /** The value where nothing gives another: the documented one, else the type's empty value. */
  readonly default: Value | undefined
  readonly plan: string
}

interface Row {
  name: string
  type: string
  alias?: string
  source?: string
  default?: boolean | number | string
  plan: string
  phase?: string
}

const rows: readonly Row[] = table.fields

const EMPTY: Record<Type['kind'], Value | undefined> = {
  Bool: false,
  Int: 0,
  Bytes: '',
  // No address is as good as another: a field without one is missing.
  Ip: undefined,
  Array: [],
  Map: new Map(),
}

const typeOf = ({ name, type }: Row): Type => {
  const parsed = parseType(type)
  if (parsed === undefined) throw new RangeError(`fields.json: ${name} has no type "${type}"`)
  return parsed
}

const DEPRECATED: Record<string, string> = {
  'cf.threat_score': 'it is always 0 on Cloudflare',
}

const PHASES: Record<string, string> = {
  response: 'is a field of the response: rules that judge a request cannot read it',
  rate_limit: 'is a characteristic of rate limiting, not a field of expressions',
  other: 'belongs to a phase that runs outside custom rules',
}

const definition = (row: Row): FieldDefinition => ({
  name: row.name,
  type: typeOf(row),
  ...(row.alias === undefined
    ? {}
    : { alias: row.alias, deprecated: `write \`${row.alias}\`` }),
  ...(row.name in DEPRECATED ? { deprecated: DEPRECATED[row.name] } : {}),
})

/** Every field, for expressions of any phase. */
export const fields: readonly FieldDefinition[] = rows.map(definition)

/** The same fields in the same order, those that no custom rule can read being refused. */
export const customRuleFields: readonly FieldDefinition[] = rows.map((row) => {
  const reason = row.phase === undefined ? undefined : PHASES[row.phase]
  return reason === undefined
    ? definition(row)
    : { ...definition(row), refused: `\`${row.name}\` ${reason}` }
})

/** What is known of each canonical field. */
export const fieldFacts: ReadonlyMap<string, FieldFacts> = new Map(
  rows
    .filter((row) => row.alias === undefined)
    .map((row) => {
      const type = typeOf(row)
      return [
        row.name,
        {
          type,
          source: row.source as FieldSource,
          default: row.default ?? EMPTY[type.kind],
          plan: row.plan,
        },
      ]
    })
)
