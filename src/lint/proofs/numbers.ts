import type { CompareNode } from '../../language/ast.ts'
import type { Value } from '../../language/types.ts'
import type { Ip } from '../../lists/ip.ts'
import { compareIp, nextIp, parseIp } from '../../lists/ip.ts'
import type { Atom } from './atoms.ts'

const comparesOf = (atoms: readonly Atom[]): CompareNode[] =>
  atoms.flatMap(({ node }) => {
    if (node.kind === 'compare') return node
    return node.kind === 'any' && node.item.kind === 'compare' ? node.item : []
  })

const MAX_INT = 2n ** 63n - 1n
const MIN_INT = -(2n ** 63n)

const asValue = (int: bigint): Value => {
  const number = Number(int)
  return Number.isSafeInteger(number) ? number : int
}

/** Returns numbers that cover all cases: those that comparisons name, and their neighbours. */
export const intCandidates = (atoms: readonly Atom[]): Value[] => {
  const named = new Set<bigint>([0n])
  for (const { right } of comparesOf(atoms)) {
    if (right.kind === 'int_set') {
      for (const [from, to] of right.items) named.add(BigInt(from)).add(BigInt(to))
    } else if (right.kind === 'literal') named.add(BigInt(right.value as number))
  }
  const all = new Set([...named].flatMap((int) => [int, int - 1n, int + 1n]))
  // Plain values first: they read better in examples.
  return [...all]
    .filter((int) => int >= MIN_INT && int <= MAX_INT)
    .sort((x, y) => Number(x < 0n) - Number(y < 0n))
    .map(asValue)
}

/**
 * Finds the preceding address by bisection, because `nextIp` is the only arithmetic on addresses.
 */
const FAR = ['203.0.113.77', '2001:db8:77::77', '0.0.0.0', '255.255.255.255', '::'].map(
  (text) => parseIp(text)!
)

/** Returns addresses that cover all cases: the ends of networks, and the addresses after them. */
export const ipCandidates = (atoms: readonly Atom[]): Value[] => {
  const named: Ip[] = [...FAR]
  for (const { right } of comparesOf(atoms)) {
    if (right.kind === 'ip_set') {
      for (const { from, to } of right.items) {
        const next = nextIp(to)
        named.push(from, to, ...(next === undefined ? [] : [next]))
      }
    } else if (right.kind === 'literal') {
      const ip = right.value as Ip
      const next = nextIp(ip)
      named.push(ip, ...(next === undefined ? [] : [next]))
    }
  }
  const sorted = named.toSorted((x, y) => x.family - y.family || compareIp(x, y))
  const once = sorted.filter((ip, i) => i === 0 || compareIp(sorted[i - 1]!, ip) !== 0)
  // Unusual addresses last: plain ones read better in examples.
  return [FAR[0]!, ...once.filter((ip) => ip !== FAR[0])]
}
