import schema from '../../schema/rules.json' with { type: 'json' }
import type { Proposal, Proposals } from './completion.ts'
import { continents, countries } from './countries.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema | boolean
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

const ROOT = schema as unknown as Schema & { readonly $defs: Readonly<Record<string, Schema>> }
const DEFS = '#/$defs/'

/** The forms that a value may have: references are followed, alternatives are listed. */
const forms = (one: Schema): Schema[] => {
  const target = one.$ref?.startsWith(DEFS) ? ROOT.$defs[one.$ref.slice(DEFS.length)] : undefined
  const alternatives = [...(one.anyOf ?? []), ...(one.oneOf ?? []), ...(one.allOf ?? [])]
  return [one, ...(target === undefined ? [] : forms(target)), ...alternatives.flatMap(forms)]
}

const isSchema = (value: Schema | boolean | undefined): value is Schema => typeof value === 'object'

/** Where in a document a line is: the keys above it, `-` for an item of a list. */
export type Path = readonly string[]

/** The schemas of what stands at a path. */
const schemasAt = (path: Path): Schema[] =>
  path.reduce<Schema[]>(
    (found, step) =>
      found.flatMap((one) => {
        if (step === '-') return isSchema(one.items) ? forms(one.items) : []
        const next =
          one.properties?.[step] ??
          (isSchema(one.additionalProperties) ? one.additionalProperties : undefined)
        return next === undefined ? [] : forms(next)
      }),
    forms(ROOT)
  )

const KEY = /^(?:(?:"([^"]*)"|'([^']*)'|([A-Za-z_$][\w.$-]*))[ \t]*:)(?:[ \t]|$)/

interface Step {
  readonly column: number
  readonly step: string
}

/** The steps of one line: `- name: x` is an item and a key in it. */
const stepsOf = (line: string): Step[] => {
  const steps: Step[] = []
  let at = line.length - line.trimStart().length
  while (/^-(?:[ \t]|$)/.test(line.slice(at))) {
    steps.push({ column: at, step: '-' })
    at += 1 + (/^[ \t]*/.exec(line.slice(at + 1))?.[0].length ?? 0)
  }
  const key = KEY.exec(line.slice(at))
  const name = key?.[1] ?? key?.[2] ?? key?.[3]
  if (name !== undefined) steps.push({ column: at, step: name })
  return steps
}

/** The keys above a column of a line. */
export const pathAt = (lines: readonly string[], line: number, column: number): Path => {
  const path: string[] = []
  let limit = column
  const take = (steps: readonly Step[]) => {
    for (const { column: at, step } of steps.toReversed()) {
      // Items of a list may stand in the column of its key.
      const isAbove = at < limit || (at === limit && path[0] === '-' && step !== '-')
      if (!isAbove) continue
      path.unshift(step)
      limit = at
    }
  }
  take(stepsOf((lines[line] ?? '').slice(0, column)))
  for (let i = line - 1; i >= 0 && (limit > 0 || path[0] === '-'); i--) {
    const text = lines[i]!
    if (text.trim() === '' || /^\s*#/.test(text)) continue
    take(stepsOf(text))
  }
  return path
}

/** Keys that are in the mapping around a line already. */
const presentKeys = (lines: readonly string[], line: number, column: number): Set<string> => {
  const found = new Set<string>()
  const scan = (from: number, by: 1 | -1) => {
    for (let i = from; i >= 0 && i < lines.length; i += by) {
      const text = lines[i]!
      if (text.trim() === '') continue
      const steps = stepsOf(text)
      const own = steps.find((one) => one.column === column && one.step !== '-')
      const isOutside = text.length - text.trimStart().length < column
      // Above, the item that holds the mapping may begin with one of its keys.
      const isFirst = by === -1 && steps[0]?.step === '-'
      if (own !== undefined && (!isOutside || isFirst)) found.add(own.step)
      if (isOutside) return
    }
  }
  const startsHere = /^\s*-/.test(lines[line] ?? '')
  if (!startsHere) scan(line - 1, -1)
  scan(line + 1, 1)
  return found
}

const named = (pairs: readonly (readonly [string, string])[]): Proposal[] =>
  pairs.map(([label, detail]) => ({ label, kind: 'value', detail }))

const valueProposals = (path: Path): Proposal[] => {
  const name = path.findLast((step) => step !== '-' && step !== 'not')
  const isIn = (key: string) => path.includes('when') && name === key
  if (isIn('country')) return named(countries)
  if (isIn('continent')) return named(Object.entries(continents))
  const values = schemasAt(path).flatMap(({ enum: choices, const: only, type }) => [
    ...(choices ?? []),
    ...(only === undefined ? [] : [only]),
    ...(type === 'boolean' ? [true, false] : []),
  ])
  return [...new Set(values)].map((value) => ({ label: String(value), kind: 'value' }))
}

const keyProposals = (path: Path, present: ReadonlySet<string>): Proposal[] => {
  const found = new Map<string, Proposal>()
  for (const { properties = {} } of schemasAt(path)) {
    for (const [label, property] of Object.entries(properties)) {
      if (present.has(label) || label === '$schema') continue
      const text = forms(property).find(({ description }) => description !== undefined)?.description
      found.set(label, { label, kind: 'key', insert: `${label}: `, ...(text && { text }) })
    }
  }
  return [...found.values()]
}

/** Keys and values for a place of one of our YAML documents. `start` is a column of the line. */
export const completeKeys = (lines: readonly string[], line: number, column: number): Proposals => {
  const before = (lines[line] ?? '').slice(0, column)
  const value =
    /^((?:[ \t]|-[ \t]+)*(?:"[^"]*"|'[^']*'|[A-Za-z_$][\w.$-]*)[ \t]*:[ \t]+(?:\[.*?)?)(["']?[\w-]*)$/.exec(
      before
    )
  if (value !== null && !/\[[^\]]*\]/.test(value[1]!)) {
    const start = Math.max(value[1]!.length, before.search(/[\w-]*$/))
    return { start, items: valueProposals(pathAt(lines, line, column)) }
  }
  const key = /^((?:[ \t]|-[ \t]+)*)[A-Za-z_$]?[\w.-]*$/.exec(before)
  if (key === null) return { start: column, items: [] }
  const start = key[1]!.length
  const path = pathAt(lines, line, start)
  const items = keyProposals(path, presentKeys(lines, line, start))
  return { start, items: items.length > 0 ? items : valueProposals(path) }
}

/** What a key is for. `undefined` for a place without a key. */
export const keyText = (
  lines: readonly string[],
  line: number,
  column: number
): { start: number; end: number; text: string } | undefined => {
  const text = lines[line] ?? ''
  const own = stepsOf(text).find(
    ({ step, column: at }) => step !== '-' && column >= at && column <= at + step.length
  )
  if (own === undefined) return undefined
  const path = [...pathAt(lines, line, own.column), own.step]
  const about = schemasAt(path).find(({ description }) => description !== undefined)?.description
  if (about === undefined) return undefined
  return { start: own.column, end: own.column + own.step.length, text: `\`${own.step}\`: ${about}` }
}
