import { STATUS_CODES } from 'node:http'
import { expect, test } from 'vitest'
import { catalogue } from './catalogue.ts'
import { reasonPhrase } from './reason-phrase.ts'

test.each([520, 521, 522, 523, 524, 525, 526, 530, 499, 599])(
  '%i has the words of Cloudflare: none',
  (status) => {
    expect(reasonPhrase(status)).toBe('<none>')
  }
)

test('registered statuses have the words that Node has for them', () => {
  for (let status = 100; status < 600; status++) {
    const phrase = reasonPhrase(status)
    if (phrase !== '<none>') expect(phrase).toBe(STATUS_CODES[status])
  }
})

test('each registered status of the catalogue has its words', () => {
  for (const { status } of catalogue.values()) {
    expect(reasonPhrase(status), String(status)).toBe(STATUS_CODES[status] ?? '<none>')
  }
})
