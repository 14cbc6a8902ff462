import type { Ip, IpRange } from '../../lists/ip.ts'
import type { OperandNode } from '../ast.ts'
import { print } from '../print.ts'
import type { Value } from '../types.ts'

/** The subject of a look-up: an operand's values, addresses, or texts inside it. */
export type LookupKind = 'value' | 'address' | 'needle'

/** Counts rules, each once. Rules come in order. */
class Counter {
  rules = 0
  #last = -1

  count(rule: number): void {
    if (rule === this.#last) return
    this.#last = rule
    this.rules++
  }
}

/** A lookup that serves many rules at once. Equal subjects of one ruleset are the same object. */
export class Subject extends Counter {
  readonly keys = new Map<Value, Key>()

  constructor(
    readonly kind: LookupKind,
    readonly operand: OperandNode
  ) {
    super()
  }

  key(sought: Key['sought']): Key {
    const id = typeof sought === 'object' && 'from' in sought ? rangeText(sought) : sought
    const known = this.keys.get(id)
    if (known !== undefined) return known
    const key = new Key(this, sought)
    this.keys.set(id, key)
    return key
  }
}

/**
 * What a lookup searches for: a value, a needle or a range of addresses. Equal keys of one subject are the same object.
 */
export class Key extends Counter {
  constructor(
    readonly subject: Subject,
    readonly sought: Value | IpRange
  ) {
    super()
  }
}

const words = ({ family, a, b, c, d }: Ip) => (family === 4 ? d : `${a} ${b} ${c} ${d}`)

const rangeText = ({ from, to }: IpRange): string => `${words(from)}-${words(to)}`

const operandText = (operand: OperandNode) =>
  operand.kind === 'field' && operand.indexes.length === 0 ? operand.name : print(operand)

/** The subjects of one ruleset. */
export class Subjects {
  readonly #known: Readonly<Record<LookupKind, Map<string, Subject>>> = {
    value: new Map(),
    address: new Map(),
    needle: new Map(),
  }

  of(kind: LookupKind, operand: OperandNode): Subject {
    const text = operandText(operand)
    const known = this.#known[kind].get(text)
    if (known !== undefined) return known
    const subject = new Subject(kind, operand)
    this.#known[kind].set(text, subject)
    return subject
  }
}
