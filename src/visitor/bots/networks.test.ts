import { describe, expect, test } from 'vitest'
import { parseBotRanges } from './networks.ts'

describe('lists in the formats of their operators', () => {
  test.each([
    [
      "Google's JSON",
      '{"creationTime":"2026-01-01","prefixes":[{"ipv6Prefix":"2001:db8::/64"},{"ipv4Prefix":"192.0.2.0/27"}]}',
      ['2001:db8::/64', '192.0.2.0/27'],
    ],
    ['an array of texts', '["192.0.2.1","192.0.2.2"]', ['192.0.2.1', '192.0.2.2']],
    ["StatusCake's JSON", '{"1":{"guid":"27","ip":"192.0.2.1","status":"Up"}}', ['192.0.2.1']],
    [
      'lines',
      '# head\n192.0.2.0/24\r\n\n 2001:db8::/32 # tail\n',
      ['192.0.2.0/24', '2001:db8::/32'],
    ],
    ['nothing', '', []],
  ])('%s', (_, text, ranges) => {
    expect(parseBotRanges(text)).toEqual(ranges)
  })

  test('refuses an incomplete document', () => {
    expect(() => parseBotRanges('{"prefixes":[')).toThrow(
      expect.objectContaining({ code: 'bad_bot_range' })
    )
  })
})
