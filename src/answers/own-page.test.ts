import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import type { RefusalFacts } from './answer.ts'
import { createAnswers } from './create.ts'
import { readOwnPage } from './own-page.ts'

const BOX = '::CLOUDFLARE_ERROR_1000S_BOX::'
const FACTS: RefusalFacts = {
  code: 1020,
  ray: '9c3a1f0e2b7d4815',
  colo: 'LHR',
  timeMs: 0,
  host: 'shop.example.com',
  ip: '198.51.100.23',
  country: 'DE',
  method: 'GET',
}
const own = (text: string) => readOwnPage({ file: 'blocked.html', text })
const refuseWith = (text: string, facts: Partial<RefusalFacts> = {}) =>
  createAnswers({ page: { template: own(text) } }).refuse({ ...FACTS, ...facts })

const failure = (text: string): EdgeError => {
  try {
    own(text)
  } catch (error) {
    if (error instanceof EdgeError) return error
  }
  throw new Error('it was accepted')
}

describe('an owner’s own page', () => {
  test('has the tokens’ values in their places', () => {
    const { body, status } = refuseWith(
      `<p>::RAY_ID:: ::CLIENT_IP:: ::GEO::</p>${BOX}<p>::RAY_ID::</p>`
    )
    expect(status).toBe(403)
    expect(body).toMatch(
      /^<p>9c3a1f0e2b7d4815 198\.51\.100\.23 DE<\/p><div class="cf-error-details cf-error-1020">.*<\/div><p>9c3a1f0e2b7d4815<\/p>$/s
    )
    expect(body).toContain('<h1>Access denied</h1>')
    expect(body).toContain('<li>Error reference number: 1020</li>')
  })

  test('the box is of the code', () => {
    expect(refuseWith(BOX, { code: 1006 }).body).toContain('cf-error-1006')
    const both = `::CLOUDFLARE_ERROR_500S_BOX::|${BOX}`
    expect(refuseWith(both, { code: 1006 }).body).toMatch(/^\|<div/)
    expect(refuseWith(both, { code: 522 }).body).toMatch(/<\/div>\|$/)
  })

  test.each(['application/json', 'text/markdown', '*/*', undefined])(
    'is what it is, whatever is asked for: %s',
    (accept) => {
      const { headers, body } = refuseWith(BOX, { accept, acceptEncoding: undefined })
      expect(headers['Content-Type']).toBe('text/html; charset=UTF-8')
      expect(body).toContain('cf-error-1020')
    }
  )

  test.each(['{{ray}}', '{{host}} {{nothing}}', 'a {{ b }} c', '$1 $& $$', 'nul \0ray\0 nul'])(
    '%j is the owner’s own text',
    (text) => {
      expect(refuseWith(`<script>${text}</script>${BOX}`).body).toContain(
        `<script>${text.replaceAll('\0', '')}</script>`
      )
    }
  )

  test('what a visitor sent stays text in it', () => {
    const { body } = refuseWith(`::CLIENT_IP::${BOX}`, {
      ip: '<b>',
      host: '<script>',
      country: '"',
    })
    expect(body).not.toMatch(/<b>|<script/)
  })

  test('a rule’s generation wins over the edge’s own page, a rule’s page over all', () => {
    const answers = createAnswers({ page: { template: own(`edge${BOX}`) } })
    const facts = { ...FACTS, acceptEncoding: 'gzip' }
    expect(answers.refuse({ ...facts, page: { generation: 'g1' } }).body).toContain('cf-error-code')
    const template = own(`rule${BOX}`)
    expect(answers.refuse({ ...facts, page: { template } }).body).toMatch(/^rule/)
    expect(answers.refuse({ ...facts, page: { code: 1009 } }).body).toMatch(/^edge.*cf-error-1009/s)
  })
})

describe('a page that cannot be used', () => {
  test.each([
    [
      `<h1>\n  ::RAYID:: ${BOX}`,
      'blocked.html:2:3: ::RAYID:: is not a token of error pages: expected one of ::RAY_ID:: ::CLIENT_IP:: ::GEO:: ::CLOUDFLARE_ERROR_1000S_BOX:: ::CLOUDFLARE_ERROR_500S_BOX::',
    ],
    [
      `${BOX}::CAPTCHA_BOX::`,
      'blocked.html:1:31: ::CAPTCHA_BOX:: belongs to pages of challenges: expected one of ::RAY_ID:: ::CLIENT_IP:: ::GEO:: ::CLOUDFLARE_ERROR_1000S_BOX:: ::CLOUDFLARE_ERROR_500S_BOX::',
    ],
    [
      '<h1>Sorry</h1>',
      'blocked.html: no ::CLOUDFLARE_ERROR_1000S_BOX:: in it: without it a visitor is shown neither code nor Ray ID',
    ],
    [BOX + 'é'.repeat(750_000), 'blocked.html: 1500030 bytes: expected at most 1500000 (1.5 MB)'],
  ])('%#', (text, message) => {
    expect(failure(text)).toMatchObject({ code: 'invalid_page', message })
  })

  test.each(['a::b::c', 'std::RAY', '::ray_id::', '::1', 'fe80::A::'])('%s is no token', (text) => {
    expect(refuseWith(`${text} ${BOX}`).body).toContain(text)
  })
})
