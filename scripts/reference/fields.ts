import { meaningOf } from '../../src/editor/field-meanings.ts'
import table from '../../src/language/fields.json' with { type: 'json' }
import type { FieldFacts, FieldPhase, FieldSource } from '../../src/language/fields.ts'
import { fieldFacts, fields } from '../../src/language/fields.ts'
import { typeName } from '../../src/language/types.ts'
import { heading, table as markdownTable } from './markdown.ts'

const INTRODUCTION = `
Rules can read these fields. A field is \`Bytes\` (text), \`Int\`, \`Bool\`, \`Ip\`, \`Array<…>\` or \`Map<…>\`. The column "source" names
the origin of its value in edge1020:

`

const SOURCES: Readonly<Record<FieldSource, string>> = {
  request: 'the request itself; always available',
  connection:
    'the connection; available if the mount passes it on, as `serve` and the Node mount do',
  visitor:
    "the peer's address, and values that the edge creates for each request; always available",
  country: 'country data: [the option `geo`](visitors.md)',
  place: 'data with places (`geo` with cities): [visitors](visitors.md)',
  postal: 'data with postal codes and second subdivisions; only some city databases have these',
  asn: 'ASN data: [the option `asn`](visitors.md)',
  reputation: '[reputation feeds](feeds.md)',
  bots: '[bot data](bots.md)',
  tls: 'the TLS handshake, if [`serve` itself ends TLS](tls.md)',
  response: 'the response to a request that passed; `counting_expression` alone reads it',
  constant: 'a fixed value on this kind of edge',
  override:
    'no data here yet; a [test override](personas.md) can set it, and a rule that reads it causes a warning',
}

const PHASES: Readonly<Record<FieldPhase, string>> = {
  response: 'rules on responses',
  custom_error: 'custom error responses',
  transform: 'rules that rewrite requests',
  characteristic: 'rate limiting counters',
  network: 'Magic Firewall',
}

const defaultOf = ({ default: value, type }: FieldFacts): string => {
  if (value === undefined) return 'missing'
  if (type.kind === 'Array' || type.kind === 'Map') return 'empty'
  return `\`${typeof value === 'string' ? JSON.stringify(value) : value}\``
}

const rowOf = (name: string, facts: FieldFacts, deprecated: string | undefined): string[] => [
  `\`${name}\``,
  `\`${typeName(facts.type)}\``,
  meaningOf(name) + (deprecated === undefined ? '' : ` Deprecated: ${deprecated}.`),
  facts.source,
  defaultOf(facts),
  facts.plan ?? 'not documented',
]

const HEAD = ['field', 'type', 'meaning', 'source', 'without data', "Cloudflare's plan"]

/** docs/fields.md: every field with its meaning and source, those of custom rules first. */
export const writeFields = async (): Promise<string> => {
  const deprecated = new Map(fields.map((field) => [field.name, field.deprecated]))
  const all = [...fieldFacts]
  const rowsOf = (phase: FieldPhase | undefined) =>
    all
      .filter(([, facts]) => facts.phase === phase)
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([name, facts]) => rowOf(name, facts, deprecated.get(name)))
  const others = (Object.entries(PHASES) as [FieldPhase, string][]).map(
    ([phase, where]) =>
      `\n## Fields of ${where}\n\nCustom rules cannot read them; \`rules check\` reports an error.\n\n${markdownTable(HEAD, rowsOf(phase))}`
  )
  const aliases = fields.flatMap(({ name, alias }) =>
    alias === undefined ? [] : [[`\`${name}\``, `\`${alias}\``]]
  )
  return [
    heading('Fields', 'src/language/fields.json'),
    INTRODUCTION,
    markdownTable(['source', 'origin of the value'], Object.entries(SOURCES)),
    `\nFields and plans are those of Cloudflare's [reference](${table.source}) of ${table.date}.\n`,
    `\n## Fields of custom rules\n\n${markdownTable(HEAD, rowsOf(undefined))}`,
    ...others,
    `\n## Old names\n\nThey still work, but \`rules check\` warns about them.\n\n${markdownTable(['old name', 'new name'], aliases)}`,
  ].join('')
}
