import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { RefusalFacts } from './answer.ts'
import { catalogue } from './catalogue.ts'
import { createAnswers } from './create.ts'
import { LOWER_STYLE_HASH, SCRIPT_HASH, STYLE_HASH } from './page-policy.ts'
import { COPY_SCRIPT } from './page-script.ts'
import { LOWER_STYLE, STYLE } from './page-style.ts'

const RAY = '9c3a1f0e2b7d4815'
const FACTS: RefusalFacts = {
  code: 1020,
  ray: RAY,
  colo: 'LHR',
  timeMs: Date.UTC(2026, 10, 23, 5, 30, 7, 890),
  host: 'shop.example.com:8443',
  ip: '198.51.100.23',
  country: 'DE',
  method: 'GET',
  acceptEncoding: 'gzip, br',
}
const answers = createAnswers()

const refuse = (facts: Partial<RefusalFacts> = {}) => {
  const answer = answers.refuse({ ...FACTS, ...facts })
  const text = String(answer.body)
  return { ...answer, text, bytes: Buffer.byteLength(text) }
}

describe('the dialect that a client gets', () => {
  const JSON_TYPE = 'application/json; charset=utf-8'
  const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'
  const MARKDOWN_TYPE = 'text/markdown; charset=utf-8'
  const HTML_TYPE = 'text/html; charset=UTF-8'
  const TEXT_TYPE = 'text/plain; charset=UTF-8'

  test.each([
    ['application/json', JSON_TYPE],
    ['APPLICATION/JSON', JSON_TYPE],
    ['application/problem+json', PROBLEM_TYPE],
    ['text/markdown', MARKDOWN_TYPE],
    ['application/json, text/markdown;q=0.9', JSON_TYPE],
    ['text/markdown, application/json', MARKDOWN_TYPE],
    ['application/json, text/markdown', JSON_TYPE],
    ['text/markdown, text/html;q=0.9', MARKDOWN_TYPE],
    ['text/html;q=0.9, text/markdown', MARKDOWN_TYPE],
    ['text/*', MARKDOWN_TYPE],
    ['text/markdown, */*', MARKDOWN_TYPE],
    ['application/json, */*', JSON_TYPE],
    ['*/*, application/json', JSON_TYPE],
    ['text/html', HTML_TYPE],
    ['*/*', HTML_TYPE],
    [undefined, HTML_TYPE],
    ['', HTML_TYPE],
    ['text/html, application/json', HTML_TYPE],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', HTML_TYPE],
    ['application/json;q=0.5, */*', HTML_TYPE],
    ['application/json;q=0, */*', HTML_TYPE],
    ['image/png', HTML_TYPE],
    ['application/json;q=banana', JSON_TYPE],
    [';;;,,,q=1,/,*', HTML_TYPE],
    ['text/markdown;q=0, text/*', HTML_TYPE],
    [`${'a/b,'.repeat(20_000)}application/json`, HTML_TYPE],
  ])('Accept: %.60s → %s', (accept, type) => {
    expect(refuse({ accept }).headers['Content-Type']).toBe(type)
  })

  test.each([
    [undefined, TEXT_TYPE],
    ['', TEXT_TYPE],
    ['identity', TEXT_TYPE],
    ['gzip;q=0', TEXT_TYPE],
    ['*;q=0', TEXT_TYPE],
    ['identity, gzip;q=0.0', TEXT_TYPE],
    ['gzip', HTML_TYPE],
    ['br', HTML_TYPE],
    ['*', HTML_TYPE],
    ['deflate;q=0.1', HTML_TYPE],
    ['GZIP', HTML_TYPE],
  ])('Accept-Encoding: %s → %s', (acceptEncoding, type) => {
    expect(refuse({ accept: '*/*', acceptEncoding }).headers['Content-Type']).toBe(type)
    // Structured is decided first.
    expect(refuse({ accept: 'application/json', acceptEncoding }).headers['Content-Type']).toBe(
      JSON_TYPE
    )
  })

  test.each([
    ['never', undefined, HTML_TYPE],
    ['always', 'gzip', TEXT_TYPE],
    ['no-encoding', undefined, TEXT_TYPE],
  ] as const)('text: %s', (text, acceptEncoding, type) => {
    const { headers } = createAnswers({ text }).refuse({ ...FACTS, acceptEncoding })
    expect(headers['Content-Type']).toBe(type)
  })
})

describe('status and headers', () => {
  test('1020 has exactly these', () => {
    const { status, headers, bytes } = refuse()
    expect(status).toBe(403)
    expect(headers).toEqual({
      'Content-Type': 'text/html; charset=UTF-8',
      'Content-Length': String(bytes),
      'X-Frame-Options': 'SAMEORIGIN',
      'Referrer-Policy': 'same-origin',
      'Cache-Control':
        'private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0',
      Expires: 'Thu, 01 Jan 1970 00:00:01 GMT',
      Server: 'cloudflare',
      'CF-RAY': `${RAY}-LHR`,
      'x-edge1020': 'emulated',
    })
  })

  test('one option takes the emulation notice off header and page', () => {
    const quiet = createAnswers({ emulatedHeader: false }).refuse(FACTS)
    expect(quiet.headers).not.toHaveProperty('x-edge1020')
    expect(quiet.body).not.toMatch(/edge1020|emulat/i)
    expect(refuse().text).toContain('Emulated by edge1020')
  })

  test('HEAD has the length and no body', () => {
    const { headers, body } = refuse({ method: 'HEAD' })
    expect(body).toBe('')
    expect(headers['Content-Length']).toBe(refuse().headers['Content-Length'])
  })

  test.each([...catalogue.values()].map((entry) => [entry.code, entry] as const))(
    '%d: Retry-After only where a retry can help, length right in each dialect',
    (code, entry) => {
      for (const accept of [
        'text/html',
        'application/json',
        'text/markdown',
        'application/problem+json',
      ]) {
        const { status, headers, bytes } = refuse({ code, accept })
        expect(status).toBe(entry.status)
        expect(headers['Retry-After']).toBe(entry.retryable ? String(entry.retryAfter) : undefined)
        expect(headers['Content-Length']).toBe(String(bytes))
        expect(headers).not.toHaveProperty('cf-mitigated')
      }
    }
  )

  test('a code that is not in the catalogue is a mistake of the caller', () => {
    expect(() => refuse({ code: 4242 })).toThrow(RangeError)
  })
})

describe('the short text', () => {
  test('is 17 bytes', () => {
    const { text, headers } = refuse({ acceptEncoding: undefined })
    expect(text).toBe('error code: 1020\n')
    expect(headers['Content-Length']).toBe('17')
  })
})

describe('structured bodies', () => {
  const MEMBERS = [
    'type',
    'title',
    'status',
    'detail',
    'instance',
    'error_code',
    'error_name',
    'error_category',
    'ray_id',
    'timestamp',
    'zone',
    'cloudflare_error',
    'retryable',
    'owner_action_required',
    'what_you_should_do',
    'footer',
  ]

  test('JSON: members in order, compact, slashes plain, newline at the end', () => {
    const { text } = refuse({ accept: 'application/json' })
    const body = JSON.parse(text)
    expect(Object.keys(body)).toEqual(MEMBERS)
    expect(text).toBe(`${JSON.stringify(body)}\n`)
    expect(text).not.toContain('\\/')
    expect(body).toMatchObject({
      type: 'https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-1020/',
      title: 'Error 1020: Access denied',
      status: 403,
      instance: RAY,
      error_code: 1020,
      error_name: 'firewall_rule_blocked',
      error_category: 'access_denied',
      ray_id: RAY,
      timestamp: '2026-11-23T05:30:07Z',
      zone: 'shop.example.com',
      cloudflare_error: true,
      retryable: false,
      owner_action_required: true,
    })
  })

  test('problem+json has the same bytes', () => {
    expect(refuse({ accept: 'application/problem+json' }).text).toBe(
      refuse({ accept: 'application/json' }).text
    )
  })

  test('a retryable error says when, between retryable and owner_action_required', () => {
    const body = JSON.parse(refuse({ code: 521, accept: 'application/json' }).text)
    const members = Object.keys(body)
    expect(members.slice(members.indexOf('retryable')).slice(0, 3)).toEqual([
      'retryable',
      'retry_after',
      'owner_action_required',
    ])
    expect(body.retry_after).toBe(120)
  })

  test('Markdown: front matter in order, headings, footer, newline', () => {
    const { text } = refuse({ accept: 'text/markdown' })
    const [, matter = '', rest = ''] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? []
    expect(matter.split('\n').map((line) => line.split(': ')[0])).toEqual([
      'error_code',
      'error_name',
      'error_category',
      'status',
      'ray_id',
      'timestamp',
      'zone',
      'cloudflare_error',
      'retryable',
      'owner_action_required',
    ])
    expect(rest).toMatch(
      /^\n# Error 1020: Access denied\n\n## What Happened\n\n.+\n\n## What You Should Do\n\n.+\n\n---\n\n.+\n$/
    )
  })
})

describe('the page', () => {
  const { text: page } = refuse()

  test.each([
    '<title>Access denied</title>',
    '<div class="cf-main-wrapper" role="main">',
    '<h1>Access denied</h1>',
    '<span class="cf-code-label">Error code <span>1020</span></span>',
    'class="cf-error-description"',
    '<p lang="en">The site owner may have set restrictions that prevent you from accessing the site.</p>',
    'class="cf-details-wrapper"',
    'role="region"',
    'id="cf-details-wrapper-expandable" class="cf-expandable"',
    'class="cf-expandable-btn" for="error-details-checkbox"',
    '<p class="cf-dropdown-title">Error details</p>',
    'id="error-details-checkbox"',
    'id="error-details"',
    'id="click-to-copy-btn"',
    'id="copy-label"',
    'role="contentinfo"',
    'Performance &amp; security by Cloudflare',
    'Error 1020',
    'Cloudflare Ray ID',
    RAY,
    '<p>IP: 198.51.100.23</p>',
    '<p>Country: DE</p>',
    '2026-11-23 05:30:07 UTC',
    'shop.example.com<',
  ])('has %s', (marker) => {
    expect(page).toContain(marker)
  })

  test('names the data centre as code and two digits', () => {
    expect(page).toMatch(/<p>Data center: lhr\d\d<\/p>/)
  })

  test('has the code within its first 4,096 bytes, and is under 20 KB', () => {
    const bytes = Buffer.from(answers.refuse(FACTS).body)
    expect(bytes.subarray(0, 4_096).toString()).toContain('Error code <span>1020</span>')
    expect(bytes.length).toBeLessThan(20 * 1_024)
  })

  test('asks for nothing from anywhere', () => {
    expect(page).not.toMatch(/(?:src|href|url\(|@import|action)\s*[=(]?\s*["']?(?:https?:)?\/\//i)
    expect(page).not.toMatch(/<(?:img|link|iframe|form|object|embed)\b/i)
  })

  test.each([
    [
      'script',
      `<script>${COPY_SCRIPT}</script>`,
      COPY_SCRIPT,
      `script-src 'sha256-${SCRIPT_HASH}'`,
    ],
    ['style of the head', `<style>${STYLE}</style>`, STYLE, `style-src 'sha256-${STYLE_HASH}'`],
    [
      'style of the body',
      `<style>${LOWER_STYLE}</style>`,
      LOWER_STYLE,
      `'sha256-${LOWER_STYLE_HASH}'`,
    ],
  ])("its %s is the one that its policy's hash allows", (_, element, source, allowance) => {
    const hash = createHash('sha256').update(source).digest('base64')
    expect(allowance).toContain(`'sha256-${hash}'`)
    expect(page).toContain(element)
    expect(page).toContain(allowance)
  })

  test('other codes have a page of their own', () => {
    const { text } = refuse({ code: 521 })
    expect(text).toContain('<title>shop.example.com | 521: Web server is down</title>')
    expect(text).not.toContain('Error 1020')
  })
})

describe('what a visitor sent stays text', () => {
  const HOSTS = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "';--\n# heading\n---\nzone: evil",
    '\u0000\u001b[31m\u2028',
    'a'.repeat(70_000),
    '\ud800',
    '',
    '[2001:db8::1]:8443',
    'bücher.example',
  ]

  test.each(HOSTS)('host %j', (host) => {
    for (const accept of ['text/html', 'application/json', 'text/markdown']) {
      const { text, bytes, headers } = refuse({ host, accept })
      expect(text).not.toMatch(/<script>alert|<img|\u0000|\u001b/)
      expect(bytes).toBeLessThan(20 * 1_024)
      expect(headers['Content-Length']).toBe(String(bytes))
    }
    const { zone } = JSON.parse(refuse({ host, accept: 'application/json' }).text)
    expect(zone.length).toBeLessThanOrEqual(253)
    const matter = refuse({ host, accept: 'text/markdown' }).text.split('\n---\n')[0] ?? ''
    expect(matter.split('\n')).toHaveLength(11)
  })

  test.each([
    ['bücher.example:80', 'bücher.example'],
    ['[2001:db8::1]:8443', '[2001:db8::1]'],
    ['a_b.example', 'a_b.example'],
  ])('%s is shown as %s', (host, zone) => {
    expect(JSON.parse(refuse({ host, accept: 'application/json' }).text).zone).toBe(zone)
  })

  test('address and country are inert on the page, and not longer than one can be', () => {
    const { text } = refuse({ ip: `<b>${'1'.repeat(100)}`, country: '"&' })
    expect(text).toContain(`<p>IP: \ufffdb\ufffd${'1'.repeat(42)}</p>`)
    expect(text).toContain('<p>Country: \ufffd\ufffd</p>')
  })
})
