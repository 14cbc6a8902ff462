import { STATUS_CODES } from 'node:http'
import { expect, test } from 'vitest'
import { reasonPhrase } from './reason-phrase.ts'

test.each([520, 521, 522, 523, 524, 525, 526, 530, 499, 599])(
  '%i has the words of Cloudflare: none',
  (status) => {
    expect(reasonPhrase(status)).toBe('<none>')
  }
)

test('every registered status has the words that Node has for it', () => {
  for (let status = 100; status < 600; status++) {
    expect(reasonPhrase(status), String(status)).toBe(STATUS_CODES[status] ?? '<none>')
  }
})
