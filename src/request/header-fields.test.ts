import { describe, expect, test } from 'vitest'
import { isSingleHeader, singleHeaderBit } from './header-fields.ts'

const SINGLE = [
  'authorization',
  'content-type',
  'from',
  'host',
  'if-modified-since',
  'if-range',
  'if-unmodified-since',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'user-agent',
]

describe('singleHeaderBit', () => {
  test.each(SINGLE)('%s has a bit of its own, in any case', (name) => {
    expect(isSingleHeader(name)).toBe(true)
    const bit = singleHeaderBit(name)
    expect(bit).not.toBe(0)
    expect(singleHeaderBit(name.toUpperCase())).toBe(bit)
    for (const other of SINGLE) {
      if (other !== name) expect(singleHeaderBit(other)).not.toBe(bit)
    }
  })

  test.each(['accept', 'cookie', 'x-forwarded-for', 'via', '', 'x'.repeat(1_000)])(
    '%s has none',
    (name) => {
      expect(isSingleHeader(name)).toBe(false)
      expect(singleHeaderBit(name)).toBe(0)
    }
  )
})
