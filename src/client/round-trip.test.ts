// Whatever the answers can say, the client side has to understand.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Generation, RefusalFacts } from '../answers/answer.ts'
import { catalogue } from '../answers/catalogue.ts'
import { createAnswers } from '../answers/create.ts'
import type { Dialect } from '../answers/negotiate.ts'
import { readOwnPage } from '../answers/own-page.ts'
import { identify } from './identify.ts'

const SEED = 1020
const RAY = '9c3a1f0e2b7d4815'
const template = readOwnPage({
  file: 'own.html',
  text: '<h1>Ours</h1>::CLOUDFLARE_ERROR_1000S_BOX::::CLOUDFLARE_ERROR_500S_BOX::',
})
const answers = createAnswers()

const codes = fc.constantFrom(...catalogue.keys())
const dialects = fc.constantFrom<Dialect>('html', 'text', 'json', 'problem', 'markdown')
const looks = fc.constantFrom<Generation | 'own' | undefined>(
  'g1',
  'g2',
  'g3',
  'waf',
  'union',
  'own',
  undefined
)

const made = (
  code: number,
  dialect: Dialect,
  look: Generation | 'own' | undefined,
  host = 'shop.test'
) => {
  const facts: RefusalFacts = {
    code,
    ray: RAY,
    colo: 'LHR',
    timeMs: 0,
    host,
    ip: '192.0.2.1',
    country: 'DE',
    method: 'GET',
    dialect,
    page: look === 'own' ? { template } : { generation: look },
  } as RefusalFacts
  return answers.refuse(facts)
}

/** Today's WAF page has no number to find. */
const shown = (code: number, dialect: Dialect, look: string | undefined) =>
  dialect === 'html' && look === 'waf' && code >= 1_000 ? undefined : code

describe('what the catalogue can produce', () => {
  test('is recognised, with its code, Ray ID and retry time', () => {
    fc.assert(
      fc.property(codes, dialects, looks, (code, dialect, look) => {
        const { status, headers, body } = made(code, dialect, look)
        const block = identify({ status, headers, body: String(body) })
        expect(block).toMatchObject({
          provider: 'cloudflare',
          code: shown(code, dialect, look),
          rayId: RAY,
          colo: 'LHR',
          emulated: true,
        })
        const entry = catalogue.get(code)!
        if (block!.code !== undefined && dialect !== 'html' && dialect !== 'text') {
          expect(block!.retryable).toBe(entry.retryable)
        }
        if (entry.retryAfter !== undefined && block!.retryable) {
          expect(block!.retryAfter).toBe(entry.retryAfter)
        }
      }),
      { seed: SEED, numRuns: 600 }
    )
  })

  test('is recognised by its body alone', () => {
    fc.assert(
      fc.property(codes, dialects, looks, (code, dialect, look) => {
        const { body } = made(code, dialect, look)
        const block = identify({ body: String(body) })
        expect(block?.code).toBe(shown(code, dialect, look))
        expect(block?.rayId).toBe(dialect === 'text' ? undefined : RAY)
      }),
      { seed: SEED, numRuns: 600 }
    )
  })

  test('is recognised in the wrong charset, and cut off in its second half', () => {
    fc.assert(
      fc.property(
        codes,
        looks,
        fc.double({ min: 0.6, max: 1, noNaN: true }),
        (code, look, share) => {
          const { status, headers, body } = made(code, 'html', look, 'bücher.test')
          const latin = Buffer.from(String(body)).toString('latin1')
          const cut = look === 'own' ? latin : latin.slice(0, Math.floor(latin.length * share))
          expect(identify({ status, headers, body: cut })).toMatchObject({
            code: shown(code, 'html', look),
            rayId: RAY,
          })
        }
      ),
      { seed: SEED, numRuns: 400 }
    )
  })
})

test('a site’s own error behind Cloudflare is none', () => {
  const words = fc.constantFrom(
    'Forbidden',
    '<h1>403</h1>',
    'error',
    'code',
    '1020',
    '{"error":',
    '"error_code": 7',
    'Access denied',
    'Cloudflare',
    'Ray ID',
    '<title>',
    '\n'
  )
  fc.assert(
    fc.property(
      fc.array(words, { maxLength: 60 }),
      fc.constantFrom(403, 404, 429, 503),
      (list, status) => {
        const body = `<p>${list.join(' ')}`
        const headers = {
          server: 'cloudflare',
          'cf-ray': `${RAY}-LHR`,
          'content-type': 'text/html',
        }
        expect(identify({ status, headers, body })).toBeNull()
      }
    ),
    { seed: SEED, numRuns: 500 }
  )
})
