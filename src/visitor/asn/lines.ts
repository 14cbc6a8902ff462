import { EdgeError } from '../../error.ts'
import { MAX_ASN } from '../../lists/asn.ts'
import type { Ip } from '../../lists/ip.ts'
import { parseIp } from '../../lists/ip.ts'
import { excerpt } from '../excerpt.ts'
import type { AsnData } from './table.ts'

const DOT = 46
const ZERO = 48
const NINE = 57
const V4_MAX_CHARS = 15
const V6_MAX_CHARS = 45
const MAX_ASN_CHARS = 10
/** The maximum length of a piece of a line in an error. */
const MAX_SHOWN_BYTES = 200
const NEWLINE = 10

export const countLines = (bytes: Uint8Array): number => {
  let lines = 1
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++
  return lines
}

/** Reads an IPv4 address without creating a text; -1 if it is not one. */
export const readV4 = (bytes: Uint8Array, start: number, end: number): number => {
  if (end - start > V4_MAX_CHARS) return -1
  let word = 0
  let part = -1
  let dots = 0
  for (let at = start; at < end; at++) {
    const unit = bytes[at]!
    if (unit >= ZERO && unit <= NINE) {
      if (part === 0) return -1
      part = (part < 0 ? 0 : part * 10) + unit - ZERO
      if (part > 255) return -1
    } else if (unit === DOT && part >= 0) {
      word = word * 256 + part
      part = -1
      dots++
    } else return -1
  }
  return dots === 3 && part >= 0 ? word * 256 + part : -1
}

const WINDOW_BYTES = 2 ** 16

/** Texts of pieces of the file. Decodes large pieces as Latin-1, because many small ones take four times as long. */
export class Window {
  readonly #bytes: Uint8Array
  readonly #latin = new TextDecoder('latin1')
  #text = ''
  #start = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  text(start: number, end: number): string {
    if (start < this.#start || end > this.#start + this.#text.length) {
      this.#start = start
      this.#text = this.#latin.decode(this.#bytes.subarray(start, start + WINDOW_BYTES))
    }
    return this.#text.slice(start - this.#start, end - this.#start)
  }

  /** `undefined` if it is not an IPv6 address. */
  v6(start: number, end: number): Ip | undefined {
    if (end - start > V6_MAX_CHARS) return undefined
    const ip = parseIp(this.text(start, end))
    return ip?.family === 6 ? ip : undefined
  }
}

/** -1 if it is not a number of 32 bits. */
export const readAsn = (bytes: Uint8Array, start: number, end: number): number => {
  if (start === end || end - start > MAX_ASN_CHARS) return -1
  let asn = 0
  for (let at = start; at < end; at++) {
    const unit = bytes[at]!
    if (unit < ZERO || unit > NINE) return -1
    asn = asn * 10 + unit - ZERO
  }
  return asn <= MAX_ASN ? asn : -1
}

const INITIAL_NAME_BYTES = 2 ** 16

/** Numbers autonomous systems in their order of appearance. The name of the first line counts. */
export class Names {
  readonly #positions = new Map<number, number>()
  readonly #ends: number[] = []
  #names = new Uint8Array(INITIAL_NAME_BYTES)
  #size = 0

  /** `undefined` for a new system. */
  known(asn: number): number | undefined {
    return this.#positions.get(asn)
  }

  /** @param name UTF-8; it is copied */
  add(asn: number, name: Uint8Array): number {
    const end = this.#size + name.length
    if (end > this.#names.length) {
      const larger = new Uint8Array(Math.max(end, this.#names.length * 2))
      larger.set(this.#names.subarray(0, this.#size))
      this.#names = larger
    }
    this.#names.set(name, this.#size)
    this.#size = end
    this.#positions.set(asn, this.#ends.length)
    return this.#ends.push(end) - 1
  }

  columns(): Pick<AsnData, 'asns' | 'names' | 'nameEnds'> {
    return {
      asns: Uint32Array.from(this.#positions.keys()),
      names: this.#names.slice(0, this.#size),
      nameEnds: Uint32Array.from(this.#ends),
    }
  }
}

const textOf = (bytes: Uint8Array, start: number, end: number) =>
  new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + MAX_SHOWN_BYTES)))

/** A line of a file: its number, from 1, and its bytes without the line end. */
export interface Line {
  readonly file: string
  readonly bytes: Uint8Array
  readonly number: number
  readonly start: number
  readonly end: number
}

/** The error about a piece of a line, with file, line, column and the source line. */
export const lineProblem = (line: Line, start: number, end: number, problem: string): EdgeError => {
  const { file, bytes } = line
  const text = `${excerpt(textOf(bytes, start, end))}: ${problem}`
  const sourceLine = textOf(bytes, line.start, line.end)
  const before = textOf(bytes, line.start, start).length
  return new EdgeError('asn_failed', `${file}:${line.number}: ${text}`, {
    diagnostics: [
      {
        code: 'asn_failed',
        severity: 'error',
        message: text,
        file,
        line: line.number,
        column: before + 1,
        length: Math.max(1, Math.min(end - start, sourceLine.length - before)),
        sourceLine,
      },
    ],
  })
}
