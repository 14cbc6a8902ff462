import { slug } from '../../rules/slug.ts'
import type { ImportedRule, LeftOut } from '../rule.ts'
import type { ApiObject, Json, JsonObject } from './bodies.ts'
import { apiObjects } from './bodies.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '"': '\\"',
  '\\': '\\\\',
}

/** `${` and `%{` start a template. */
const withoutTemplates = (text: string) => text.replace(/[$%](?=\{)/g, '$&$&')

const quoted = (text: string): string => {
  const escaped = withoutTemplates(text).replace(
    /["\\\x00-\x1f\x7f]/g,
    (char) => ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
  return `"${escaped}"`
}

const END = 'EOT'

/** Text of several lines as a heredoc, if the result is the same: the reader removes the last line break. */
const heredoc = (text: string, indent: string): string | undefined => {
  const lines = text.split('\n')
  const isPlain =
    lines.length > 1 &&
    text === text.trim() &&
    !/[\r\0]/.test(text) &&
    lines.every((line) => (line === '' || line.trim() !== '') && line.trim() !== END)
  if (!isPlain) return undefined
  const inner = lines.map((line) => (line === '' ? '' : `${indent}  ${withoutTemplates(line)}`))
  return `<<-${END}\n${inner.join('\n')}\n${indent}${END}`
}

const IDENTIFIER = /^[A-Za-z_][\w-]*$/

/** The attributes of an object in Terraform's syntax, one on each line. */
export const terraformMembers = (object: JsonObject, indent: string): string =>
  Object.entries(object)
    .map(([name, value]) => {
      const key = IDENTIFIER.test(name) ? name : quoted(name)
      return `${indent}${key} = ${valueText(name, value, indent)}\n`
    })
    .join('')

/** A reference to the id of another resource. */
class Reference {
  constructor(readonly text: string) {}
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const valueText = (name: string, value: Json, indent: string): string => {
  if (value instanceof Reference) return value.text
  if (typeof value === 'string') {
    return (name === 'expression' && heredoc(value, indent)) || quoted(value)
  }
  if (isObject(value)) return `{\n${terraformMembers(value, `${indent}  `)}${indent}}`
  if (!Array.isArray(value)) return String(value)
  if (!value.some(isObject)) {
    return `[${value.map((item) => valueText('', item as Json, indent)).join(', ')}]`
  }
  const items = value.map((item) => `${indent}  ${valueText('', item as Json, `${indent}  `)},\n`)
  return `[\n${items.join('')}${indent}]`
}

/** The name of a resource: letters, digits and `_`, unique within its type. */
const named = ({ title }: ApiObject, taken: Set<string>): string => {
  const words = slug(title)
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  const base = /^[a-z]/.test(words) ? words.slice(0, 60) : `rule_${words.slice(0, 60)}`
  let name = base
  for (let i = 2; taken.has(name); i++) name = `${base}_${i}`
  taken.add(name)
  return name
}

const ACCOUNT = new Set(['root', 'custom'])

const isOfAccount = ({ resource, body }: ApiObject): boolean =>
  resource === 'cloudflare_list' || ACCOUNT.has(String(body.kind ?? ''))

/** Refers to an executed ruleset. */
const referring = (body: JsonObject, addresses: ReadonlyMap<string, string>): JsonObject => {
  if (!Array.isArray(body.rules)) return body
  const rules = (body.rules as JsonObject[]).map((rule) => {
    const parameters = rule.action_parameters as JsonObject | undefined
    const address = rule.action === 'execute' && addresses.get(String(parameters?.id))
    if (!address) return rule
    const id = new Reference(`${address}.id`) as unknown as Json
    return { ...rule, action_parameters: { ...parameters, id } }
  })
  return { ...body, rules }
}

/** Members without an attribute of the provider. */
const unknownToProvider = ({ resource, body }: ApiObject): string | undefined =>
  resource === 'cloudflare_access_rule' && body.paused === true
    ? 'the provider cannot turn off an IP Access rule'
    : undefined

/**
 * Imported rules as resources of Cloudflare's Terraform provider, version 5.
 *
 * @returns the file, and the rules that the provider cannot express
 */
export const toTerraform = (
  rules: readonly ImportedRule[]
): { text: string; leftOut: readonly LeftOut[] } => {
  const leftOut: LeftOut[] = []
  const objects = apiObjects(rules).filter((object) => {
    const reason = unknownToProvider(object)
    if (reason !== undefined) leftOut.push({ source: 'rules', what: object.title, reason })
    return reason === undefined
  })
  const taken = new Map<string, Set<string>>()
  const all = objects.map((object) => {
    const names = taken.get(object.resource) ?? new Set<string>()
    taken.set(object.resource, names)
    return { ...object, name: named(object, names) }
  })
  const addresses = new Map(
    all.flatMap(({ id, resource, name }) => (id === undefined ? [] : [[id, `${resource}.${name}`]]))
  )
  const variables = new Set<string>()
  const scope = (object: ApiObject): string => {
    if (object.body.zone_id !== undefined) return ''
    const name = isOfAccount(object) ? 'account_id' : 'zone_id'
    variables.add(name)
    return `  ${name} = var.${name}\n`
  }
  const resources = all.map(
    (object) =>
      `resource "${object.resource}" "${object.name}" {\n${scope(object)}${terraformMembers(referring(object.body, addresses), '  ')}}\n`
  )
  const declared = [...variables].sort().map((name) => `variable "${name}" {\n  type = string\n}\n`)
  return { text: [...declared, ...resources].join('\n'), leftOut }
}
