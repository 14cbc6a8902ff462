import { fields } from '../../language/fields.ts'
import type { Part } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { nodesOf } from '../written-tests.ts'
import { truthOfComparison } from './value-out-of-range.ts'

const DEPRECATED = new Map(
  fields.flatMap(({ name, deprecated, alias }) =>
    deprecated === undefined ? [] : [[name, { deprecated, alias }] as const]
  )
)

const NAME = /[\w.]+/y

/** Returns the field's name as the expression spells it, and its place. */
const writtenName = (source: string, start: number): { name: string; at: Part } => {
  NAME.lastIndex = start
  const name = NAME.exec(source)?.[0] ?? ''
  return { name, at: { start, length: name.length } }
}

export const deprecatedField: Lint = {
  code: 'deprecated_field',
  severity: 'warning',
  title: 'a deprecated field',
  explanation:
    'The field still works, but it has a newer name or no longer has a value. `ip.geoip.country` is now `ip.src.country`; `cf.threat_score` is always\n' +
    '0. The lint reports each field once per rule. `--fix` writes the newer name.',
  bad: [
    'ip.geoip.country eq "DE"',
    'not ip.geoip.asnum in {1}',
    'len(ip.geoip.country) lt 0 or ssl',
  ],
  good: ['ip.src.country eq "DE"'],
  expression: (written, report) => {
    const places = new Map<string, Part[]>()
    const nodes = nodesOf(written)
    // A constant field is reported only if it decides a comparison.
    const decided = new Set(
      nodes.flatMap((node) =>
        node.kind === 'compare' && truthOfComparison(node) !== undefined ? [node.left] : []
      )
    )
    for (const node of nodes) {
      if (node.kind !== 'field' || decided.has(node)) continue
      const { name, at } = writtenName(written.source, node.start)
      const known = places.get(name)
      if (known !== undefined) known.push(at)
      else if (DEPRECATED.has(name)) places.set(name, [at])
    }
    for (const [name, all] of places) {
      const { deprecated, alias } = DEPRECATED.get(name)!
      report({
        part: all[0]!,
        message: `\`${name}\` is deprecated`,
        help: deprecated,
        ...(alias === undefined ? {} : { replacements: all.map((at) => ({ text: alias, at })) }),
      })
    }
  },
}
