import type { CompareNode } from '../../language/ast.ts'
import { compareIp, formatIp } from '../../lists/ip.ts'
import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { literalParts } from '../literal-parts.ts'
import { setsOf } from '../sets-in.ts'

interface Item {
  readonly shown: string
  readonly holds: (other: Item) => boolean
  readonly from: unknown
  readonly to: unknown
}

const itemsOf = ({ right }: CompareNode, texts: readonly string[]): Item[] => {
  if (right.kind === 'bytes_set') {
    return right.items.map((from, i) => ({
      shown: texts[i]!,
      from,
      to: from,
      holds: (other) => other.from === from,
    }))
  }
  if (right.kind === 'int_set') {
    return right.items.map(([from, to], i) => ({
      shown: texts[i]!,
      from,
      to,
      holds: (other) => from <= (other.from as number) && to >= (other.to as number),
    }))
  }
  if (right.kind !== 'ip_set') return []
  return right.items.map(({ from, to }, i) => ({
    shown: texts[i] ?? formatIp(from),
    from,
    to,
    holds: (other) =>
      compareIp(from, other.from as typeof from) <= 0 && compareIp(to, other.to as typeof to) >= 0,
  }))
}

/** Larger sets are not checked: the lint compares all pairs. */
const MAX_ITEMS = 400

export const repeatedItem: Lint = {
  code: 'repeated_item',
  severity: 'info',
  title: 'an item that the set already contains',
  explanation:
    'The item has no effect: the set contains it twice, or contains a network that includes it. `--fix` removes it.',
  bad: [
    'ip.src in {192.0.2.0/24 192.0.2.7}',
    'ip.src.country in {"DE" "AT" "DE"}',
    'ip.src.asnum in {64500..64510 64501}',
  ],
  good: ['ip.src in {192.0.2.0/24 198.51.100.7}', 'ip.src.country in {"DE" "AT"}'],
  expression: (written, report) => {
    const { source } = written
    for (const node of setsOf(written)) {
      const parts = literalParts(source, source.indexOf('{', node.left.end) + 1, node.end)
      const items = itemsOf(
        node,
        parts.map(({ start, length }) => source.slice(start, start + length))
      )
      if (items.length !== parts.length || items.length > MAX_ITEMS) continue
      for (const [i, item] of items.entries()) {
        const holder = items.find(
          (other, j) => j !== i && other.holds(item) && (j < i || !item.holds(other))
        )
        if (holder === undefined) continue
        const part = parts[i]!
        const before = source[part.start - 1] === ' ' ? 1 : 0
        report({
          part,
          message:
            holder.shown === item.shown
              ? `${inBackticks(item.shown)} is already in the set`
              : `${inBackticks(holder.shown)} contains ${inBackticks(item.shown)}`,
          help: 'remove it',
          replacements: [
            {
              text: '',
              at: { start: part.start - before, length: part.length + before },
            },
          ],
        })
      }
    }
  },
}
