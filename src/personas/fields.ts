import { EdgeError } from '../error.ts'
import { defaultScheme } from '../language/defaults.ts'
import { valueFromJson } from '../language/json.ts'
import { nearest } from '../nearest.ts'
import type { Entry, Node } from '../rules/node.ts'
import { inBackticks } from '../rules/node.ts'
import type { Reader } from '../rules/reader.ts'

/** A node as the JSON value that a test override would carry. */
const jsonOf = (node: Node): unknown => {
  if (node.kind === 'list') return node.items.map(jsonOf)
  if (node.kind === 'map') {
    const entries = node.entries.map(({ key, value }) => [key, jsonOf(value)] as const)
    return Object.fromEntries(entries)
  }
  if (node.kind === 'broken') return undefined
  // A 64-bit number goes as text.
  return typeof node.value === 'bigint' ? String(node.value) : node.value
}

/** The one line of an error about a value, without the field's name that the caret shows. */
const withoutName = (message: string, name: string) =>
  message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message

/** Reads `fields`: values of Rules-language fields, each of its type. */
export const readFields = (
  fields: Entry | undefined,
  reader: Reader
): Readonly<Record<string, unknown>> => {
  const read: Record<string, unknown> = Object.create(null)
  const expected = 'a mapping of Rules-language fields to values'
  const map = fields === undefined ? undefined : reader.map(fields.value, expected)
  for (const { key, keyPlace, value } of map?.entries ?? []) {
    const field = defaultScheme.fields.get(key)
    if (field === undefined) {
      const meant = nearest(key, defaultScheme.fields.keys())
      const help = meant === undefined ? undefined : `did you mean \`${meant}\`?`
      reader.findings.error(keyPlace, 'unknown_field', `unknown field ${inBackticks(key)}`, help)
      continue
    }
    if (value.kind === 'broken') continue
    const json = jsonOf(value)
    try {
      valueFromJson(field.type, json, key)
      read[key] = json
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error
      const isNumber = value.kind === 'scalar' && typeof json === 'number'
      const help =
        isNumber && field.type.kind === 'Bytes' ? `text: write it as "${value.source}"` : undefined
      reader.findings.error(value.place, error.code, withoutName(error.message, key), help)
    }
  }
  return read
}
