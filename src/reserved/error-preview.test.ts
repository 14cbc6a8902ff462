import { describe, expect, test } from 'vitest'
import { createEdge } from '../index.ts'

const edge = createEdge({
  rules: {
    rules: [{ name: 'everything', expression: 'true', action: 'block' }],
  },
})
const ask = async (path: string, init: RequestInit = {}) => {
  const request = new Request(`http://shop.test${path}`, init)
  const { action, response, event } = await edge.judge(request, { remoteAddress: '192.0.2.1' })
  return {
    action,
    event,
    status: response!.status,
    headers: response!.headers,
    text: await response!.text(),
  }
}
const html = { headers: { accept: 'text/html', 'accept-encoding': 'gzip' } }

describe('/cdn-cgi/error/NNNN', () => {
  test.each([
    ['1020', 403, 'Access denied'],
    ['1015', 429, 'You are being rate limited'],
    ['1023', 503, 'Could not find host'],
    ['522', 522, 'Connection timed out'],
    ['1106/', 403, 'Access denied'],
  ])('%s', async (code, status, title) => {
    const shown = await ask(`/cdn-cgi/error/${code}`, html)
    expect(shown).toMatchObject({ action: 'preview', status, event: undefined })
    expect(shown.text).toContain(title)
    expect(shown.headers.get('cf-ray')).toMatch(/^[\da-f]{16}-LOC$/)
  })

  test.each([
    ['?dialect=json', /^\{"type":.*"error_code":1009/],
    ['?dialect=text', /^error code: 1009\n$/],
    ['?dialect=markdown', /^---\nerror_code: 1009/],
    ['?dialect=html&generation=g1', /<span class="cf-error-code">1009<\/span>/],
    ['?generation=waf&dialect=html', /Attention Required!/],
  ])('%s', async (query, pattern) => {
    expect((await ask(`/cdn-cgi/error/1009${query}`)).text).toMatch(pattern)
  })

  test('negotiates as a refusal does', async () => {
    const headers = { accept: 'application/json' }
    expect((await ask('/cdn-cgi/error/1015', { headers })).headers.get('content-type')).toBe(
      'application/json; charset=utf-8'
    )
    expect((await ask('/cdn-cgi/error/1015')).text).toBe('error code: 1015\n')
    expect((await ask('/cdn-cgi/error/1015')).headers.get('retry-after')).toBe('30')
  })

  test.each([
    ['/cdn-cgi/error/9999', 'expected one of 502 504 520'],
    ['/cdn-cgi/error/1020x', 'expected one of'],
    ['/cdn-cgi/error/', 'expected one of'],
    ['/cdn-cgi/error/1020/more', 'expected one of'],
    ['/cdn-cgi/error/1020?dialect=xml', 'dialect: expected one of html text json'],
    ['/cdn-cgi/error/1020?generation=g9', 'generation: expected one of g1 g2'],
  ])('%s is not found, and says what there is', async (path, message) => {
    const shown = await ask(path)
    expect(shown.status).toBe(404)
    expect(shown.text).toContain(message)
  })

  test.each(['9999', '1020?dialect=xml', '1020?generation=g9'])(
    'what is not found has the headers of an answer of the edge: %s',
    async (asked) => {
      const request = new Request(`http://shop.test/cdn-cgi/error/${asked}`)
      const { answer, rayHeader } = await edge.judge(request, { remoteAddress: '192.0.2.1' })
      expect(answer).toEqual({
        status: 404,
        headers: {
          'Content-Type': 'text/plain; charset=UTF-8',
          'Content-Length': String((answer!.body as string).length),
          'Cache-Control': 'no-store',
          'CF-RAY': rayHeader,
          'x-edge1020': 'emulated',
        },
        body: expect.stringMatching(/^[^\n]+\n$/),
      })
      const head = new Request(request, { method: 'HEAD' })
      expect((await edge.judge(head, {})).answer!.body).toBe('')
    }
  )

  test.each(['html', 'text', 'json', 'problem', 'markdown'])(
    'dialect=%s is known',
    async (name) => {
      expect((await ask(`/cdn-cgi/error/1020?dialect=${name}`, html)).status).toBe(403)
    }
  )

  test.each(['g1', 'g2', 'g3', 'waf', 'union'])('generation=%s is known', async (name) => {
    expect((await ask(`/cdn-cgi/error/1020?generation=${name}`, html)).status).toBe(403)
  })

  test('HEAD has no body', async () => {
    const shown = await ask('/cdn-cgi/error/1020', { method: 'HEAD' })
    expect([shown.status, shown.text]).toEqual([403, ''])
    expect(Number(shown.headers.get('content-length'))).toBeGreaterThan(0)
    expect((await ask('/cdn-cgi/error/9', { method: 'HEAD' })).text).toBe('')
  })

  test.each([
    '/a?x=/cdn-cgi/error/1020',
    '/cdn-cgi/',
    '/x/cdn-cgi/error/1020',
    '/CDN-CGI/error/1020',
  ])('%s is judged like any other', async (path) => {
    expect(await ask(path)).toMatchObject({ action: 'block', status: 403 })
  })
})

describe('what a rule’s refusals look like', () => {
  const judged = async (page: unknown, accept = 'text/html') => {
    const own = createEdge({
      rules: { rules: [{ name: 'everything', expression: 'true', action: 'block', page }] },
    })
    const request = new Request('http://shop.test/', {
      headers: { accept, 'accept-encoding': 'gzip' },
    })
    const { response } = await own.judge(request, { remoteAddress: '192.0.2.1' })
    return { status: response!.status, text: await response!.text() }
  }

  test.each([
    ['g1', 403, 'class="cf-error-code">1020'],
    [{ generation: 'waf' }, 403, 'Attention Required!'],
    [{ code: 1009 }, 403, '<span>1009</span>'],
    [{ code: 1015 }, 429, '<span>1015</span>'],
    [{ code: 1006, generation: 'g1' }, 403, 'class="cf-error-code">1006'],
  ])('page: %j', async (page, status, mark) => {
    const shown = await judged(page)
    expect(shown.status).toBe(status)
    expect(shown.text).toContain(mark)
  })

  test('another code is told in every dialect', async () => {
    expect((await judged({ code: 1009 }, 'application/json')).text).toContain('"error_code":1009')
  })

  test.each([
    ['g4', /unknown generation `g4`: expected one of g1, g2, g3, waf, union/],
    [{ code: 1234 }, /`1234` is not an error code/],
    [{ code: '1009' }, /expected the number of an error/],
    [{ generaton: 'g1' }, /unknown key `generaton` in a page.*did you mean `generation`\?/s],
    [{ template: 'blocked.html' }, /this runtime cannot read files/],
    [7, /unknown|expected/],
  ])('page: %j is refused', async (page, message) => {
    await expect(judged(page)).rejects.toThrow(message)
  })

  test('only a refusal has one', () => {
    const rules = { rules: [{ name: 'x', expression: 'true', action: 'log', page: 'g1' }] }
    expect(() => createEdge({ rules })).toThrow(/has a `page`, but its action is `log`/)
  })
})
