import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { eventWith } from '../events/event.fixture.ts'
import type { SecurityEvent } from '../events/event.ts'
import { sideWith } from './side.fixture.ts'

const TOKEN = 'correct-horse-battery'
const one = eventWith({ path: '/one', country: 'DE' })
const two = eventWith({ path: '/two', country: 'FR', action: 'log', status: 0 })

describe('overview', () => {
  test("shows refusals, their origins and the edge's state", async () => {
    const { ask } = await sideWith([one, two])
    // On a busy machine the page comes before its counts.
    await expect.poll(async () => (await ask('/')).text).toContain('Germany')
    const { status, text } = await ask('/')
    expect(status).toBe(200)
    for (const said of ['Germany', 'France', 'no scripts', '/one', 'State', '2 of 2 on']) {
      expect(text).toContain(said)
    }
    expect(text).not.toContain('Made-up')
  })

  test('says how to begin if no events exist', async () => {
    const { ask } = await sideWith([], { visitorUrl: () => 'http://127.0.0.1:8020' })
    expect((await ask('/')).text).toContain('curl -i http://127.0.0.1:8020/')
  })

  test('names each problem and its next step', async () => {
    const { ask } = await sideWith([], {
      reloadProblem: () => 'rules.yaml:3:1: <b>',
      facts: () => [
        { role: 'country', name: 'x', date: '', warning: 'country data is old: update it' },
      ],
    })
    const { text } = await ask('/')
    expect(text).toContain('Needs attention')
    expect(text).toContain('rules.yaml:3:1: &lt;b&gt;')
    expect(text).toContain('country data is old: update it')
  })

  test('says that traffic is made up', async () => {
    const { ask } = await sideWith([], { demoStats: () => ({ judged: 7, blocked: 3 }) })
    expect((await ask('/')).text).toContain('visitors of this edge are made up')
  })
})

describe('events', () => {
  test('keeps filters in the URL and removes each separately', async () => {
    const { ask } = await sideWith([one, two])
    const { text } = await ask('/events?country=DE')
    expect(text).toContain('>GET</b> /one')
    expect(text).not.toContain('>GET</b> /two')
    expect(text).toContain('Country <em>is</em> <b>Germany</b>')
    expect(text).toContain('href="/events" aria-label="Remove the filter Country is Germany"')
  })

  test('links a value to events with it and to events without it', async () => {
    const { ask } = await sideWith([one, two])
    const { text } = await ask('/events?action=block')
    expect(text).toContain('href="/events?action.is=block&amp;country.is=DE"')
    expect(text).toContain('href="/events?action.is=block&amp;country.isNot=DE"')
  })

  test('joins pages without gaps', async () => {
    const events = Array.from({ length: 60 }, (_, i) => eventWith({ path: `/p${i}` }))
    const { ask } = await sideWith(events)
    const pathsIn = (text: string) =>
      [...text.matchAll(/<b>GET<\/b> (\/p\d+)/g)].map(([, path]) => path)
    const first = await ask('/events')
    const older = /<a rel="next" href="([^"]+)"/.exec(first.text)![1]!.replaceAll('&amp;', '&')
    const second = await ask(older)
    const all = [...pathsIn(first.text), ...pathsIn(second.text)]
    expect(all).toEqual(events.map(({ path }) => path).reverse())
    expect(second.text).toContain('>Newest</a>')
  })

  test.each([
    ['/events?actoin=block', 'did you mean action?'],
    ['/events?cursor=x', 'cursor'],
    ['/events?since=x', 'expected a time span'],
  ])('%s is told in a page', async (path, message) => {
    const { status, text, headers } = await (await sideWith()).ask(path)
    expect(status).toBe(400)
    expect(headers.get('content-type')).toContain('text/html')
    expect(text).toContain(message)
  })

  test('an export without events is not an error', async () => {
    const { ask } = await sideWith([one])
    expect((await ask('/events?country=NL')).text).toContain('No event matches all filters')
    expect((await (await sideWith()).ask('/events')).text).toContain('No events in this time')
  })

  test.each([
    ['csv', 'text/csv', /^ray,time,/],
    ['ndjson', 'application/x-ndjson', /^\{"ray":/],
  ])('export as %s has all events of the filters', async (format, type, pattern) => {
    const events = Array.from({ length: 1_200 }, () => eventWith({ country: 'DE' }))
    const { ask } = await sideWith([...events, two])
    const { status, headers, text } = await ask(`/events/export?country=DE&format=${format}`)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toContain(type)
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="events-[\d-]+\.\w+"$/
    )
    expect(text).toMatch(pattern)
    expect(text.trimEnd().split('\n')).toHaveLength(format === 'csv' ? 1_201 : 1_200)
    expect(text).not.toContain('/two')
  })

  test('refuses an unknown format', async () => {
    expect((await (await sideWith()).ask('/events/export?format=xls')).status).toBe(400)
  })
})

describe('one event', () => {
  test('shows the matched parts and their values', async () => {
    const event = eventWith({
      expression: '(ip.src eq 192.0.2.1) or (http.user_agent contains "curl")',
      notes: ['x-forwarded-for entry "foo" is not an address: ignored'],
    })
    const { ask } = await sideWith([event, eventWith({ path: '/another' })])
    const { text } = await ask(`/events/${event.ray}-LHR`)
    expect(text).toMatch(/<mark>http\.user_agent <span class="w">contains<\/span>/)
    expect(text).toContain('&quot;curl/8.5.0&quot;')
    expect(text).toContain('x-forwarded-for entry')
    expect(text).toContain('/another')
    expect(text).toContain(`src="/events/${event.ray}/answer"`)
  })

  test.each([
    ['0000000000000000', 404],
    ['xyz', 400],
    ['%3Cscript%3E', 400],
  ])('/events/%s is %i, with the reason', async (ray, status) => {
    const answer = await (await sideWith()).ask(`/events/${ray}`)
    expect(answer.status).toBe(status)
    expect(answer.text).toContain('No event with this Ray ID')
    expect(answer.text).not.toContain('<script>')
  })

  test("renders the visitor's answer again, with its Ray ID and without scripts", async () => {
    const { ask } = await sideWith([one])
    const page = await ask(`/events/${one.ray}/answer`)
    expect(page.text).toContain(one.ray)
    expect(page.text).toContain('1020')
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*sandbox$/)
    const json = await ask(`/events/${one.ray}/answer?dialect=json`)
    expect(JSON.parse(json.text)).toMatchObject({ error_code: 1020, ray_id: one.ray })
    expect((await ask(`/events/${one.ray}/answer?dialect=xml`)).status).toBe(400)
  })

  test('shows no answer if the visitor got no error', async () => {
    const { ask } = await sideWith([two])
    expect((await ask(`/events/${two.ray}`)).text).not.toContain('<iframe')
    expect((await ask(`/events/${two.ray}/answer`)).status).toBe(404)
  })
})

describe('escapes text from attackers', () => {
  const EVIL = `"'><img src=x onerror=alert(1)><script>alert(2)</script></pre></title>&lt;`
  const evil: Partial<SecurityEvent> = {
    rule: { id: EVIL, name: EVIL, source: EVIL },
    expression: EVIL,
    matched: [{ field: EVIL, value: { [EVIL]: EVIL }, expression: EVIL }],
    country: EVIL,
    asn: 1,
    asnName: EVIL,
    reputation: { score: 1, lists: [EVIL] },
    ja3: EVIL,
    ja4: EVIL,
    userAgent: EVIL,
    method: EVIL,
    scheme: EVIL,
    host: EVIL,
    path: EVIL,
    query: EVIL,
    protocol: EVIL,
    notes: [EVIL],
    source: EVIL,
  }

  test('escapes every field of an event on every page', async () => {
    const event = eventWith(evil)
    const { ask } = await sideWith([event, eventWith(evil)])
    const q = encodeURIComponent(EVIL)
    for (const path of [
      '/',
      '/events',
      `/events/${event.ray}`,
      `/events?text=${q}`,
      `/events?path=${q}`,
    ]) {
      const { status, text } = await ask(path)
      expect([path, status]).toEqual([path, 200])
      expect(text).not.toMatch(/<img|onerror=alert\(1\)>(?!&)|<script>/)
      expect(text.match(/<script/g)).toHaveLength(1)
    }
  })
})

describe('every page', () => {
  test.each(['/', '/events', '/login', '/events/x', '/events?x=1'])(
    '%s runs nothing inline, and nothing from elsewhere',
    async (path) => {
      const { ask } = await sideWith([one], { admin: path === '/login' ? { token: TOKEN } : {} })
      const { text, headers } = await ask(path)
      expect(headers.get('content-security-policy')).toContain("script-src 'self'")
      expect(headers.get('content-security-policy')).not.toContain('unsafe')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(text).not.toMatch(/ style="| on\w+="|<style|https?:\/\/(?!127\.0\.0\.1|shop\.test)/)
      for (const [, href] of text.matchAll(/(?:src|href)="([^"]+)"/g))
        expect(href).toMatch(/^[/#?]/)
    }
  )

  test('serves its files and lets browsers cache them', async () => {
    const { ask } = await sideWith()
    const { text } = await ask('/')
    const files = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, href]) => href!)
    expect(files.length).toBeGreaterThanOrEqual(5)
    for (const file of files) {
      const { status, headers } = await ask(file, { headers: { 'accept-encoding': 'gzip' } })
      expect([file, status]).toEqual([file, 200])
      expect(headers.get('cache-control')).toContain('immutable')
    }
    expect((await ask('/assets/old/style.css')).headers.get('cache-control')).toBe('no-store')
    for (const file of ['/assets/x/package.json', '/assets/x/..%2f..%2fpackage.json']) {
      expect((await ask(file)).status).toBe(404)
    }
  })

  test('compresses a page if the client accepts it', async () => {
    const { ask } = await sideWith([one])
    const answer = await ask('/', { headers: { 'accept-encoding': 'gzip, br' } })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(Number(answer.headers.get('content-length'))).toBeLessThan(12_000)
    expect(answer.text).toContain('</html>')
  })
})

describe('search', () => {
  test('takes a whole saved page, and refuses a text that is too long', async () => {
    const { ask } = await sideWith()
    const long = 'a'.repeat(100_000)
    const { status } = await ask('/search', { method: 'POST', form: { q: long } })
    expect(status).toBe(303)
    const refused = await ask('/search', { method: 'POST', form: { q: 'a'.repeat(1_100_000) } })
    expect(refused.status).toBe(413)
    expect(refused.text).toContain('The form is too large')
  })

  test('redirects to the result, and takes no search from a link', async () => {
    const { ask } = await sideWith([one])
    const form = { q: `I got ${one.ray}` }
    const { status, headers } = await ask('/search', { method: 'POST', form })
    expect([status, headers.get('location')]).toEqual([303, `/events/${one.ray}`])
    expect((await ask('/search?q=x')).status).toBe(405)
  })
})

describe('the door', () => {
  const guarded = (admin = {}) => sideWith([one], { admin: { token: TOKEN, ...admin } })

  test.each([
    '/',
    '/events',
    `/events/${one.ray}`,
    `/events/${one.ray}/answer`,
    '/events/export?format=csv',
  ])('%s needs a login', async (path) => {
    const { status, headers, text } = await (await guarded()).ask(path)
    expect([status, headers.get('location')]).toEqual([303, '/login'])
    expect(text).not.toContain(one.ray)
  })

  test('shows the form again for a wrong token, and opens for a right token', async () => {
    const { ask } = await guarded()
    const wrong = await ask('/login', { method: 'POST', form: { token: 'x' } })
    expect(wrong.status).toBe(401)
    expect(wrong.text).toContain('This is not the token of this port.')
    expect((await ask('/login', { method: 'POST', form: { token: '' } })).status).toBe(400)
    const right = await ask('/login', { method: 'POST', form: { token: TOKEN } })
    expect([right.status, right.headers.get('location')]).toEqual([303, '/'])
    const cookie = right.headers.get('set-cookie')!.split(';')[0]!
    const { status, text } = await ask('/', { headers: { cookie } })
    expect(status).toBe(200)
    expect(text).toContain('Log out')
  })

  test('keeps the login for programs', async () => {
    const { ask } = await guarded()
    const headers = { accept: '*/*' }
    const wrong = await ask('/login', { method: 'POST', form: { token: 'x' }, headers })
    expect(JSON.parse(wrong.text).code).toBe('wrong_token')
  })

  test('redirects a user who needs no token', async () => {
    const { status, headers } = await (await sideWith()).ask('/login')
    expect([status, headers.get('location')]).toEqual([303, '/'])
  })
})

test('the API description omits the pages', async () => {
  const { ask } = await sideWith()
  const paths = Object.keys(JSON.parse((await ask('/api/openapi.json')).text).paths)
  expect(paths).toContain('/api/events')
  expect(paths.filter((path) => /^\/(?:events|assets|search)/.test(path))).toEqual([])
})

describe('a store that does not answer', () => {
  const away = async () => {
    const side = await sideWith([eventWith()])
    const fail = async () => {
      throw new EdgeError('store_failed', 'event store postgres db:5432/edge: ECONNREFUSED')
    }
    const since = '2026-11-29T12:00:00.000Z'
    const trouble = { message: 'event store postgres db:5432/edge: ECONNREFUSED', since }
    const sink = { message: 'event sink ndjson e: no space left on device', since }
    Object.assign(side.store, {
      name: 'postgres db:5432/edge',
      page: fail,
      top: fail,
      series: fail,
      find: fail,
      state: () => ({
        trouble,
        waiting: 7,
        lost: 0,
        gaps: [],
        evicted: 0,
        sinks: [{ name: 'ndjson e', trouble: sink, waiting: 3, delivered: 1, dropped: 0 }],
      }),
    })
    return side
  }

  test('keeps the overview, with the problem and its next step', async () => {
    const { ask } = await away()
    const { status, text } = await ask('/')
    expect(status).toBe(200)
    expect(text).toContain('Needs attention')
    expect(text).toContain('7 events wait in memory. Start the database server')
    expect(text).toContain('event sink ndjson e: no space left on device')
    expect(text).toContain('The event store does not answer')
  })

  test('keeps the parts of other pages that need no store', async () => {
    const { ask } = await away()
    expect((await ask('/rules')).status).toBe(200)
    const { status, text } = await ask('/events')
    expect(status).toBe(200)
    expect(text).toContain('The event store does not answer')
    expect(text).toContain('ECONNREFUSED')
    expect((await ask('/events/8f3c5d2e9a1b4c07')).status).toBe(503)
    expect((await ask('/events?cursor=nonsense')).status).not.toBe(500)
  })
})
