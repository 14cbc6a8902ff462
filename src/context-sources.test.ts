import { describe, expect, test } from 'vitest'
import { contextLayout, RequestContext } from './context.ts'
import { optionsWith, requestWith } from './edge.fixture.ts'
import { createEdge } from './edge.ts'
import { defaultScheme } from './language/defaults.ts'
import type { FieldSource } from './language/fields.ts'
import { fieldFacts } from './language/fields.ts'
import { valueToJson } from './language/to-json.ts'
import { bodyLimits } from './request/body-limits.ts'
import { readBody } from './request/read-body.ts'
import type { EdgeRequest } from './request/request.ts'
import { readRequest } from './request/request.ts'
import type { ResponseFacts } from './request/response-fields.ts'
import { responseReader } from './request/response-fields.ts'
import type { VisitorsOptions } from './visitor/identify.ts'
import { createVisitors } from './visitor/identify.ts'
import { providedBy } from './visitor/provides.ts'
import type { BotVerdict, CityPlace, Connection } from './visitor/visitor.ts'

/** All that a field's value can come from. */
interface Situation {
  request?: EdgeRequest
  connection?: Connection
  sources?: VisitorsOptions
  timeMs?: number
  ray?: string
  response?: ResponseFacts
}

const TIME_MS = Date.UTC(2026, 10, 23, 5, 30, 0, 7)
const RAY = '0123456789abcdef'
const PEER: Connection = { remoteAddress: '8.8.8.8' }

/** The value of a field as the rules see it, as JSON. */
const valueIn = async (name: string, situation: Situation): Promise<unknown> => {
  const { request = requestWith(), connection = PEER, sources = {} } = situation
  const { timeMs = TIME_MS, ray = RAY } = situation
  const reader = readRequest(request, connection.encrypted === true, timeMs)
  const visitor = createVisitors(sources).identify((header) => reader.joined(header), connection)
  reader.forwardedBy(visitor)
  const rayId = { ray, header: `${ray}-LHR`, timeMs }
  await readBody(reader, bodyLimits(undefined))
  const context = new RequestContext(contextLayout([name]), reader, visitor, connection, rayId)
  if (situation.response !== undefined) context.response = responseReader(situation.response)
  const value = context.get(defaultScheme.slot(name))
  return value === undefined ? undefined : valueToJson(value)
}

const responses = (...headers: string[]): Pair => [
  { response: { status: 200, headers: [] } },
  { response: { status: 404, headers } },
]

type Pair = readonly [one: Situation, other: Situation]

const urls = (one: string, other: string): Pair => [
  { request: requestWith(one) },
  { request: requestWith(other) },
]
const header = (name: string, one: string, other: string): Pair => [
  { request: requestWith('/', [name, one]) },
  { request: requestWith('/', [name, other]) },
]
const raw = (changes: Parameters<typeof requestWith>[2], others: typeof changes): Pair => [
  { request: requestWith('/', [], changes) },
  { request: requestWith('/', [], others) },
]
const posted = (body: BodyInit, headers: Record<string, string> = {}): Situation => ({
  request: new Request('http://shop.test/', { method: 'POST', body, headers }),
})
const bodies = (one: BodyInit, other: BodyInit): Pair => [posted(one), posted(other)]
const forms = (one: string, other: string): Pair =>
  [one, other].map((text) => posted(new URLSearchParams(text))) as unknown as Pair

/** One part of a multipart body with each of its four lines given. */
const multipart = (
  changes: Partial<Record<'name' | 'file' | 'type' | 'coding' | 'text', string>>
) => {
  const { name = 'a', file = 'f.txt', type = 'text/plain', coding = '7bit', text = 't' } = changes
  const lines = [
    '--BOUNDARY',
    `Content-Disposition: form-data; name="${name}"; filename="${file}"`,
    `Content-Type: ${type}`,
    `Content-Transfer-Encoding: ${coding}`,
    '',
    text,
    '--BOUNDARY--',
    '',
  ]
  return posted(lines.join('\r\n'), { 'content-type': 'multipart/form-data; boundary=BOUNDARY' })
}
const parts = (
  one: Parameters<typeof multipart>[0],
  other: Parameters<typeof multipart>[0]
): Pair => [multipart(one), multipart(other)]

const country = (code: string): Situation => ({
  sources: { geo: { name: 'g', date: '', lookup: () => ({ country: code }) } },
})
const NOWHERE: CityPlace = {
  city: '',
  region: '',
  regionCode: '',
  subdivision1: '',
  subdivision2: '',
  postalCode: '',
  metroCode: '',
  lat: '',
  lon: '',
  timezone: '',
}
const place = (changes: Partial<CityPlace>): Situation => ({
  sources: {
    geo: {
      name: 'g',
      date: '',
      lookup: () => ({ country: 'DE' }),
      place: () => ({ ...NOWHERE, ...changes }),
    },
  },
})
const places = (key: keyof CityPlace): Pair => [place({ [key]: 'one' }), place({ [key]: 'other' })]
const asn = (number: number): Situation => ({
  sources: { asn: { name: 'a', date: '', lookup: () => ({ asn: number, name: '' }) } },
})
const reputation = (score: number, lists: readonly string[]): Situation => ({
  sources: {
    reputation: { name: 'r', date: '', lookup: () => ({ score, lists, isTor: false }) },
  },
})
const bot = (changes: Partial<BotVerdict>): Situation => ({
  sources: {
    bots: {
      name: 'b',
      date: '',
      judge: () => ({ verified: false, category: '', score: 1, reason: '', ...changes }),
    },
  },
})
const transport = (name: string): Pair => {
  const { kind } = fieldFacts.get(name)!.type
  const values: Partial<Record<typeof kind, readonly [unknown, unknown]>> = {
    Bytes: ['one', 'other'],
    Int: [1, 2],
    Ip: ['192.0.2.1', '192.0.2.2'],
  }
  const [one, other] = values[kind]!
  return [
    { connection: { ...PEER, fields: { [name]: one } } },
    { connection: { ...PEER, fields: { [name]: other } } },
  ]
}

const query = urls('/?a=1', '/?b=2')
const path = urls('/a.png', '/b.jpg')
const hosts = raw({ rawHeaders: ['Host', 'a.test'] }, { rawHeaders: ['Host', 'b.test'] })
const cookies = header('Cookie', 'a=1', 'b=2')

/** For each field: two situations between which nothing but its source changes. */
const SOURCES: Readonly<Record<string, Pair>> = {
  'http.cookie': cookies,
  'http.host': hosts,
  'http.referer': header('Referer', 'http://a.test/', 'http://b.test/'),
  'http.user_agent': header('User-Agent', 'a', 'b'),
  'http.x_forwarded_for': header('X-Forwarded-For', '192.0.2.1', '192.0.2.2'),
  'http.request.method': raw({ method: 'GET' }, { method: 'PUT' }),
  'http.request.version': raw({ httpVersion: '1.1' }, { httpVersion: '2.0' }),
  'http.request.cookies': cookies,
  'http.request.timestamp.sec': [{ timeMs: TIME_MS }, { timeMs: TIME_MS + 1_000 }],
  'http.request.timestamp.msec': [{ timeMs: TIME_MS }, { timeMs: TIME_MS + 1 }],
  'http.request.full_uri': hosts,
  'http.request.uri': path,
  'http.request.uri.path': path,
  'http.request.uri.path.extension': path,
  'http.request.uri.query': query,
  'http.request.uri.args': query,
  'http.request.uri.args.names': query,
  'http.request.uri.args.values': query,
  'raw.http.request.full_uri': hosts,
  'raw.http.request.uri': path,
  'raw.http.request.uri.path': urls('//a', '/a'),
  'raw.http.request.uri.path.extension': path,
  'raw.http.request.uri.query': query,
  'raw.http.request.uri.args': query,
  'raw.http.request.uri.args.names': query,
  'raw.http.request.uri.args.values': query,
  'http.request.headers': header('X-A', '1', '2'),
  'http.request.headers.names': raw({ rawHeaders: ['X-A', '1'] }, { rawHeaders: ['X-B', '1'] }),
  'http.request.headers.values': header('X-A', '1', '2'),
  'http.request.accepted_languages': header('Accept-Language', 'de', 'fr'),
  'http.request.body.raw': bodies('a', 'b'),
  'http.request.body.size': bodies('a', 'bb'),
  'http.request.body.truncated': bodies('a', 'a'.repeat(131_073)),
  'http.request.body.mime': bodies(
    '%PDF-1.7',
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])
  ),
  'http.request.body.form': forms('a=1', 'a=2'),
  'http.request.body.form.names': forms('a=1', 'b=1'),
  'http.request.body.form.values': forms('a=1', 'a=2'),
  'http.request.body.multipart': parts({ text: 'a' }, { text: 'b' }),
  'http.request.body.multipart.names': parts({ name: 'a' }, { name: 'b' }),
  'http.request.body.multipart.values': parts({ text: 'a' }, { text: 'b' }),
  'http.request.body.multipart.filenames': parts({ file: 'a' }, { file: 'b' }),
  'http.request.body.multipart.content_types': parts({ type: 'text/a' }, { type: 'text/b' }),
  'http.request.body.multipart.content_dispositions': parts({ file: 'a' }, { file: 'b' }),
  'http.request.body.multipart.content_transfer_encodings': parts(
    { coding: '7bit' },
    { coding: '8bit' }
  ),
  ssl: [
    { connection: { ...PEER, encrypted: false } },
    { connection: { ...PEER, encrypted: true } },
  ],
  'ip.src': [{ connection: PEER }, { connection: { remoteAddress: '8.8.4.4' } }],
  'cf.ray_id': [{ ray: RAY }, { ray: 'f'.repeat(16) }],
  'cf.random_seed': [{}, {}],
  'cf.bot_management.static_resource': urls('/a.css', '/a'),
  'ip.src.country': [country('DE'), country('FR')],
  'ip.src.continent': [country('DE'), country('US')],
  'ip.src.is_in_european_union': [country('DE'), country('US')],
  'ip.src.city': places('city'),
  'ip.src.region': places('region'),
  'ip.src.region_code': places('regionCode'),
  'ip.src.subdivision_1_iso_code': places('subdivision1'),
  'ip.src.subdivision_2_iso_code': places('subdivision2'),
  'ip.src.postal_code': places('postalCode'),
  'ip.src.metro_code': places('metroCode'),
  'ip.src.lat': places('lat'),
  'ip.src.lon': places('lon'),
  'ip.src.timezone.name': places('timezone'),
  'ip.src.asnum': [asn(1), asn(2)],
  'edge.ip_reputation.score': [reputation(1, []), reputation(2, [])],
  'edge.ip_reputation.lists': [reputation(1, ['a']), reputation(1, ['b'])],
  'http.response.code': responses(),
  'http.response.content_type.media_type': responses('Content-Type', 'text/html'),
  'http.response.headers': responses('a', 'b'),
  'http.response.headers.names': responses('a', 'b'),
  'http.response.headers.values': responses('a', 'b'),
  'raw.http.response.headers': responses('a', 'b'),
  'raw.http.response.headers.names': responses('a', 'b'),
  'raw.http.response.headers.values': responses('a', 'b'),
  'cf.client.bot': [bot({ verified: false }), bot({ verified: true })],
  'cf.bot_management.verified_bot': [bot({ verified: false }), bot({ verified: true })],
  'cf.verified_bot_category': [bot({ category: 'a' }), bot({ category: 'b' })],
  'cf.bot_management.score': [bot({ score: 1 }), bot({ score: 2 })],
}

/** All headers are taken or the message is refused, so that there is no situation in which these fields are true. */
const NEVER_CHANGES = new Set(['http.request.headers.truncated', 'http.response.headers.truncated'])
/** A constant has no source; `override` says that there is none yet. */
const SOURCELESS = new Set<FieldSource>(['constant', 'override'])
/** The transport gives the values of all fields of these kinds under their own names. */
const OF_TRANSPORT = new Set<FieldSource>(['tls', 'connection'])

const resolved = [...fieldFacts].filter(
  ([name, { source }]) => !SOURCELESS.has(source) && !NEVER_CHANGES.has(name)
)
const pairOf = (name: string, source: FieldSource): Pair | undefined =>
  SOURCES[name] ?? (OF_TRANSPORT.has(source) ? transport(name) : undefined)

describe('the value of a field changes with its source', () => {
  test.each(resolved.map(([name, { source }]) => [name, source] as const))(
    '%s (%s)',
    async (name, source) => {
      const pair = pairOf(name, source)
      expect(pair, `nothing says what ${name} comes from`).toBeDefined()
      const [one, other] = await Promise.all(pair!.map((situation) => valueIn(name, situation)))
      expect(one).not.toEqual(other)
      expect([one, other]).not.toContain(undefined)
    }
  )
})

test('each row of the table is a field that has a source', () => {
  expect(
    Object.keys(SOURCES).filter((name) => !resolved.some(([known]) => known === name))
  ).toEqual([])
})

test('the values themselves, where one that only changes would not do', async () => {
  const situation = { ...country('DE'), connection: { ...PEER, encrypted: true } }
  expect(await valueIn('ip.src.continent', situation)).toBe('EU')
  expect(await valueIn('ip.src.is_in_european_union', situation)).toBe(true)
  expect(await valueIn('ip.src.country', situation)).toBe('DE')
  expect(await valueIn('ip.src', situation)).toBe('8.8.8.8')
  expect(await valueIn('ssl', situation)).toBe(true)
  expect(await valueIn('cf.ray_id', situation)).toBe(RAY)
  expect(await valueIn('http.request.timestamp.sec', situation)).toBe(TIME_MS / 1_000 - 0.007)
  expect(await valueIn('http.request.timestamp.msec', situation)).toBe(7)
  expect(await valueIn('ip.src.city', place({ city: 'München' }))).toBe('München')
  expect(await valueIn('cf.client.bot', bot({ verified: true }))).toBe(true)
  expect(await valueIn('http.request.headers.truncated', situation)).toBe(false)
})

describe('without a source', () => {
  test.each(
    [...fieldFacts]
      .filter(
        ([name, { source }]) =>
          SOURCELESS.has(source) || OF_TRANSPORT.has(source) || name in SOURCES
      )
      .filter(([, { source }]) => source !== 'request' && source !== 'visitor')
      .map(([name]) => name)
  )('%s has its default', async (name) => {
    const { default: value } = fieldFacts.get(name)!
    expect(await valueIn(name, {})).toEqual(value === undefined ? undefined : valueToJson(value))
  })
})

test('every kind of source is one that an edge can be given, or says that there is none', () => {
  const all = providedBy(
    {
      geo: { name: '', date: '', lookup: () => undefined, place: () => undefined },
      asn: { name: '', date: '', lookup: () => undefined },
      reputation: { name: '', date: '', lookup: () => ({ score: 0, lists: [], isTor: false }) },
      bots: {
        name: '',
        date: '',
        judge: () => ({ verified: false, category: '', score: 1, reason: '' }),
      },
    },
    true
  )
  const kinds = new Set([...fieldFacts.values()].map(({ source }) => source))
  const missing = [...kinds].filter((kind) => !all.has(kind) && kind !== 'override')
  // Only a listener of this edge's own knows its address and port.
  expect(missing).toEqual(['connection'])
})

test('a field without data has a warning, and one with data has none', () => {
  const warned = (expression: string) =>
    createEdge(optionsWith([{ name: 'a', expression }])).warnings.length > 0
  expect(warned('cf.waf.score gt 1')).toBe(true)
  expect(warned('http.host eq "a"')).toBe(false)
})
