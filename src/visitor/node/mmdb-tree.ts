import { Ip } from '../../lists/ip.ts'

/** The measures of a search tree, from a database's metadata. */
export interface TreeShape {
  readonly nodeCount: number
  /** Bits of one of a node's two halves: 24, 28 or 32. */
  readonly recordSize: number
  readonly ipVersion: number
}

/** Half of a node: the number of another node, `nodeCount` for nothing, or more for a record. */
type ReadHalf = (bytes: Uint8Array, node: number, bit: number) => number

const read24: ReadHalf = (bytes, node, bit) => {
  const at = node * 6 + bit * 3
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
}

/** The middle byte holds the upper four bits of both halves. */
const read28: ReadHalf = (bytes, node, bit) => {
  const at = node * 7
  const low = at + bit * 4
  const high = bit === 0 ? bytes[at + 3]! >>> 4 : bytes[at + 3]! & 15
  return (high << 24) | (bytes[low]! << 16) | (bytes[low + 1]! << 8) | bytes[low + 2]!
}

const read32: ReadHalf = (bytes, node, bit) => {
  const at = node * 8 + bit * 4
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  )
}

const READERS = new Map([
  [24, read24],
  [28, read28],
  [32, read32],
])

const WORD_BITS = 32
/** An IPv6 tree has the IPv4 addresses after 96 zeros. */
const V4_DEPTH = 96
/** The upper bits of an address that an index of 256 KB covers: half of the path for IPv4, a third for IPv6. */
const INDEX_BITS = 16
/** From this many nodes on, the index pays for itself. */
const INDEX_MIN_NODES = 4_096

/**
 * The search tree of a MaxMind-format database. The length of an address bounds its depth, so a damaged one cannot delay a
 * look-up.
 */
export class MmdbTree {
  readonly #bytes: Uint8Array
  readonly #shape: TreeShape
  readonly #read: ReadHalf
  readonly #v4Start: number
  readonly #v4Index: Uint32Array | undefined
  readonly #v6Index: Uint32Array | undefined

  /** The tree must be inside `bytes` and begin with it. */
  constructor(bytes: Uint8Array, shape: TreeShape) {
    this.#bytes = bytes
    this.#shape = shape
    this.#read = READERS.get(shape.recordSize)!
    this.#v4Start = shape.ipVersion === 4 ? 0 : this.#walk(0, 0, V4_DEPTH)
    this.#v4Index = this.#index(this.#v4Start)
    this.#v6Index = shape.ipVersion === 4 ? undefined : this.#index(0)
  }

  /** The tree's value for the address; above `nodeCount` if it is the place of a record. */
  find(ip: Ip): number {
    if (ip.family === 4) return this.#first(this.#v4Start, this.#v4Index, ip.d)
    const { nodeCount, ipVersion } = this.#shape
    if (ipVersion === 4) return nodeCount
    let node = this.#first(0, this.#v6Index, ip.a)
    if (node < nodeCount) node = this.#walk(node, ip.b, WORD_BITS)
    if (node < nodeCount) node = this.#walk(node, ip.c, WORD_BITS)
    if (node < nodeCount) node = this.#walk(node, ip.d, WORD_BITS)
    return node
  }

  /** Addresses with records, from all parts of the tree and always the same; fewer if the tree has few. */
  sample(count: number): Ip[] {
    const random = pseudoRandom()
    const addresses: Ip[] = []
    for (let i = 0; i < count; i++) {
      const ip = i % 2 === 0 ? this.#sampleV4(random) : this.#sampleV6(random)
      if (ip !== undefined && this.find(ip) > this.#shape.nodeCount) addresses.push(ip)
    }
    return addresses
  }

  /** Follows the upper `bits` of `word` from a node until the value is not a node. */
  #walk(start: number, word: number, bits: number): number {
    const read = this.#read
    const bytes = this.#bytes
    const { nodeCount } = this.#shape
    let node = start
    for (let rest = word, left = bits; left > 0 && node < nodeCount; left--) {
      node = read(bytes, node, rest >>> (WORD_BITS - 1))
      rest <<= 1
    }
    return node
  }

  #first(start: number, index: Uint32Array | undefined, word: number): number {
    if (index === undefined) return this.#walk(start, word, WORD_BITS)
    return this.#walk(index[word >>> INDEX_BITS]!, word << INDEX_BITS, WORD_BITS - INDEX_BITS)
  }

  /** The state of a walk after the upper 16 bits, for each value of them. */
  #index(start: number): Uint32Array | undefined {
    if (this.#shape.nodeCount < INDEX_MIN_NODES) return undefined
    const index = new Uint32Array(1 << INDEX_BITS)
    const fill = (node: number, depth: number, from: number) => {
      const width = index.length >>> depth
      if (width === 1 || node >= this.#shape.nodeCount) {
        index.fill(node, from, from + width)
        return
      }
      fill(this.#read(this.#bytes, node, 0), depth + 1, from)
      fill(this.#read(this.#bytes, node, 1), depth + 1, from + width / 2)
    }
    fill(start, 0, 0)
    return index
  }

  #sampleV4(random: () => number): Ip | undefined {
    const { word } = this.#stray(this.#v4Start, random())
    return new Ip(4, 0, 0, 0, word)
  }

  #sampleV6(random: () => number): Ip | undefined {
    if (this.#shape.ipVersion === 4) return undefined
    const words: number[] = []
    let node = 0
    for (let i = 0; i < 4; i++) {
      const strayed = this.#stray(node, random())
      words.push(strayed.word)
      node = strayed.node
    }
    return new Ip(6, words[0]!, words[1]!, words[2]!, words[3]!)
  }

  /** Follows the word, but takes the other side if one side is empty: 32 steps, or up to the first record. */
  #stray(start: number, wish: number): { node: number; word: number } {
    const { nodeCount } = this.#shape
    let node = start
    let word = 0
    for (let place = WORD_BITS - 1; place >= 0 && node < nodeCount; place--) {
      let bit = (wish >>> place) & 1
      if (this.#read(this.#bytes, node, bit) === nodeCount) bit ^= 1
      node = this.#read(this.#bytes, node, bit)
      word = (word | (bit << place)) >>> 0
    }
    return { node, word }
  }
}

/** 32 bits at each call, the same in each run (xorshift32 by Marsaglia). */
const pseudoRandom = () => {
  let state = 0x9e3779b9
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
