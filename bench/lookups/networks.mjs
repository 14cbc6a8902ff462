// Networks to look addresses up in, the same in every run: spread over the address space, and crowded as those in use are.
let state = 1020
/** An unsigned 32-bit word (xorshift). */
export const random = () => {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return state >>> 0
}

const mask = (prefix) => (prefix <= 0 ? 0 : prefix >= 32 ? 0xffffffff : -1 << (32 - prefix))
const either = (...values) => values[random() % values.length]

/** From a first address as words and a prefix length: words of the first and of the last. */
const network = (words, bits) => {
  const masks = words.map((_, i) => mask(bits - (words.length === 1 ? 0 : i * 32)))
  return {
    from: words.map((word, i) => (word & masks[i]) >>> 0),
    to: words.map((word, i) => (word | ~masks[i]) >>> 0),
    prefix: bits,
  }
}

const CROWDED_V4_BLOCKS = 3_000
const ALLOCATED_V6 = [0x2400, 0x2600, 0x2800, 0x2a00]
const ALLOCATED_V6_BLOCKS = 16

export const kinds = {
  4: {
    'spread, /24 to /32': () => network([random()], 24 + (random() % 9)),
    'single addresses in 3,000 /16': () =>
      network(
        [(((random() % CROWDED_V4_BLOCKS) * 21 + 17) * 0x10000 + (random() & 0xffff)) >>> 0],
        32
      ),
  },
  6: {
    'spread, /32 to /64': () =>
      network(
        [(0x20000000 | (random() >>> 3)) >>> 0, random(), random(), random()],
        32 + (random() % 33)
      ),
    '/40 to /64 in registries’ blocks': () => {
      const block = either(...ALLOCATED_V6) + (random() % ALLOCATED_V6_BLOCKS)
      const holder = (random() % 400) * 8 + (random() % 8 > 0 ? 0 : random() % 8)
      return network(
        [block * 0x10000 + holder, random(), random(), random()],
        either(40, 44, 48, 48, 48, 48, 48, 56, 56, 64)
      )
    },
    'single addresses, spread': () =>
      network([(0x20000000 | (random() >>> 3)) >>> 0, random(), random(), random()], 128),
  },
}

const between = (from, to) => {
  const count = to - from + 1
  return (from + (count > 0xffffffff ? random() : random() % count)) >>> 0
}

/** Words of an address in the network. */
export const addressIn = ({ from, to }) => from.map((word, i) => between(word, to[i]))

/** Words of any address of the family; those of IPv6 where networks of the kind begin, as the rest of the space is empty. */
export const anyAddress = (family, make) =>
  family === 4 ? [random()] : [make().from[0], random(), random(), random()]
