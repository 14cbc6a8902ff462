import { formatIp, type Ip, maxPrefix, networkOf, parseIp } from '../../lists/ip.ts'
import { EvaluationProblem } from '../problem.ts'
import type { Value } from '../values.ts'
import { toNumber, toText } from '../values.ts'
import { between, type Functions, of } from './function.ts'

interface Network {
  readonly family: 4 | 6
  readonly address: bigint
  readonly prefix: number
}

const WORD = 32n
const WORD_MASK = 0xff_ff_ff_ffn

const numberOf = ({ family, a, b, c, d }: Ip): bigint =>
  family === 4
    ? BigInt(d)
    : (BigInt(a) << (3n * WORD)) | (BigInt(b) << (2n * WORD)) | (BigInt(c) << WORD) | BigInt(d)

const textOf = (family: 4 | 6, value: bigint): string => {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.')
  }
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(112 - 16 * i)) & 0xff_ffn).toString(16)
  )
  const ip = parseIp(groups.join(':'))
  return ip === undefined ? groups.join(':') : formatIp(ip)
}

const networkFrom = (value: Value, name: string): Network => {
  const text = toText(value, `\`${name}\``)
  const [address = '', prefix = '', more] = text.split('/')
  // Terraform reads "010.1.2.0" as 10.1.2.0.
  const ip = parseIp(address.replace(/^[\d.]+$/, (v4) => v4.replace(/\b0+(?=\d)/g, '')))
  const bits = Number(prefix)
  if (
    ip === undefined ||
    more !== undefined ||
    !/^\d+$/.test(prefix) ||
    bits > maxPrefix(ip.family)
  ) {
    throw new EvaluationProblem(`\`${name}\`: "${text}" is not a network: expected e.g. 10.0.0.0/8`)
  }
  const { from } = networkOf(ip, bits)
  return { family: ip.family, address: numberOf(from), prefix: bits }
}

const subnet = ({ family, address, prefix }: Network, newBits: number, index: bigint): string => {
  const length = prefix + newBits
  if (newBits < 0 || length > maxPrefix(family)) {
    throw new EvaluationProblem(`\`cidrsubnet\`: a prefix of ${length} is too long`)
  }
  if (index < 0n || index >= 1n << BigInt(newBits)) {
    throw new EvaluationProblem(`\`cidrsubnet\`: there is no network ${index} in ${newBits} bits`)
  }
  const shift = BigInt(maxPrefix(family) - length)
  return `${textOf(family, address | (index << shift))}/${length}`
}

const hostOf = ({ family, address, prefix }: Network, index: bigint): string => {
  const size = 1n << BigInt(maxPrefix(family) - prefix)
  const at = index < 0n ? size + index : index
  if (at < 0n || at >= size) throw new EvaluationProblem(`\`cidrhost\`: there is no host ${index}`)
  return textOf(family, address + at)
}

const whole = (value: Value, name: string): bigint => {
  const number = toNumber(value, `\`${name}\``)
  if (!Number.isInteger(number))
    throw new EvaluationProblem(`\`${name}\`: ${number} is not a whole number`)
  return BigInt(number)
}

export const networkFunctions: Functions = {
  cidrhost: of(2, ([network, index], _, name) =>
    hostOf(networkFrom(network!, name), whole(index!, name))
  ),
  cidrnetmask: of(1, ([network], _, name) => {
    const { family, prefix } = networkFrom(network!, name)
    if (family === 6) throw new EvaluationProblem('`cidrnetmask`: expected an IPv4 network')
    return textOf(4, WORD_MASK & (WORD_MASK << (WORD - BigInt(prefix))))
  }),
  cidrsubnet: of(3, ([network, newBits, index], _, name) =>
    subnet(networkFrom(network!, name), Number(whole(newBits!, name)), whole(index!, name))
  ),
  cidrsubnets: between(1, 256, ([network, ...sizes], _, name) => {
    const base = networkFrom(network!, name)
    let next = base.address
    const end = next + (1n << BigInt(maxPrefix(base.family) - base.prefix))
    return sizes.map((size) => {
      const length = base.prefix + Number(whole(size, name))
      if (length > maxPrefix(base.family)) {
        throw new EvaluationProblem(`\`${name}\`: a prefix of ${length} is too long`)
      }
      const step = 1n << BigInt(maxPrefix(base.family) - length)
      const start = ((next + step - 1n) / step) * step
      next = start + step
      if (next > end) {
        throw new EvaluationProblem(
          `\`${name}\`: ${textOf(base.family, base.address)}/${base.prefix} has no room for a prefix of ${length}`
        )
      }
      return `${textOf(base.family, start)}/${length}`
    })
  }),
}
