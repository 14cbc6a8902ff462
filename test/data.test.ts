// What the main entry does not hold: it is passed in from edge1020/data, or imported when an option asks for it.
import { gunzipSync } from 'node:zlib'
import { createEdge, noStore } from 'edge1020'
import { builtInAsn, createBots, languages } from 'edge1020/data'
import { expect, test } from 'vitest'
import { coders } from '../src/answers/node/coders.ts'
import { Verdict } from '../src/verdict.ts'

const rules = { rules: [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }] }
const store = noStore()
const request = (headers: Record<string, string> = {}) =>
  new Request('https://shop.test/', {
    headers: {
      'user-agent': 'curl/8',
      accept: 'text/html',
      'accept-encoding': 'gzip',
      'accept-language': 'de',
      ...headers,
    },
  })
const german = expect.stringContaining('<html lang="de"')

test('languages of edge1020/data: only the first refusal waits for them', async () => {
  const edge = createEdge({ rules, store, answers: { languages } })
  const german403 = { action: 'block', answer: { body: german } }
  expect(edge.decide(request({ 'user-agent': 'a person' }))).toBeInstanceOf(Verdict)
  expect(await edge.decide(request())).toMatchObject(german403)
  const later = edge.decide(request())
  expect(later).toBeInstanceOf(Verdict)
  expect(later).toMatchObject(german403)
})

test('a subset of the languages: other visitors get English', async () => {
  const edge = createEdge({ rules, store, answers: { languages: { de: languages.de! } } })
  expect(await edge.decide(request())).toMatchObject({ answer: { body: german } })
  expect(await edge.decide(request({ 'accept-language': 'fr' }))).toMatchObject({
    answer: { body: expect.stringContaining('<html lang="en"') },
  })
})

test('languages: true: the first request waits for them, later ones do not', async () => {
  const edge = createEdge({ rules, store, answers: { languages: true } })
  const first = edge.decide(request())
  expect(first).toBeInstanceOf(Promise)
  expect(await first).toMatchObject({ action: 'block', answer: { body: german } })
  const second = edge.decide(request())
  expect(second).toBeInstanceOf(Verdict)
  expect(second).toMatchObject({ answer: { body: german } })
})

test('without these options, no request waits', () => {
  const edge = createEdge({ rules, store })
  expect(edge.decide(request())).toMatchObject({
    action: 'block',
    answer: { body: expect.stringContaining('<html lang="en"') },
  })
})

test('coders of the runtime: pages are compressed from the first request on', async () => {
  const { compressTemplate: _, ...own } = coders
  const edge = createEdge({ rules, store, answers: { coders: own } })
  const { answer } = await edge.judge(request())
  expect(answer?.headers['Content-Encoding']).toBe('gzip')
  expect(gunzipSync(answer!.body as Uint8Array).toString()).toContain('1020')
})

test('the ASN table and the bots of edge1020/data answer rules', async () => {
  const edge = createEdge({
    rules: {
      rules: [
        { name: 'cloud', expression: 'ip.src.asnum eq 24940', action: 'block' },
        { name: 'bot', expression: 'cf.client.bot', action: 'block' },
      ],
    },
    store,
    asn: builtInAsn(),
    bots: createBots(),
  })
  expect(edge.warnings).toEqual([])
  const cloud = await edge.judge(request(), { remoteAddress: '88.198.1.1' })
  expect(cloud.action).toBe('block')
  const home = await edge.judge(request(), { remoteAddress: '192.0.2.1' })
  expect(home.action).toBe('pass')
})
