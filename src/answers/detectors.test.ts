import { describe, expect, test } from 'vitest'
import { createAnswers } from './create.ts'

/** How clients in the field recognise a Cloudflare block, each rule in our own words. */
interface Seen {
  status: number
  header(name: string): string | undefined
  body: string
  title: string
  visible: string
}

const DIALECTS = ['html', 'text', 'json', 'markdown'] as const
type Dialect = (typeof DIALECTS)[number]

const REQUEST: Record<Dialect, { accept: string; acceptEncoding?: string }> = {
  html: { accept: 'text/html', acceptEncoding: 'gzip' },
  text: { accept: '*/*' },
  json: { accept: 'application/json', acceptEncoding: 'gzip' },
  markdown: { accept: 'text/markdown', acceptEncoding: 'gzip' },
}

const see = (dialect: Dialect): Seen => {
  const {
    status,
    headers,
    body: sent,
  } = createAnswers().refuse({
    code: 1020,
    ray: '9c3a1f0e2b7d4815',
    colo: 'LHR',
    timeMs: 0,
    host: 'a-shop-with-quite-a-long-name.staging.internal.example.com',
    ip: '198.51.100.23',
    country: 'DE',
    method: 'GET',
    ...REQUEST[dialect],
  })
  const text = String(sent)
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    status,
    header: (name) => lower.get(name),
    body: text,
    title: /<title>(.*?)<\/title>/.exec(text)?.[1] ?? '',
    visible: text
      .replace(/<(style|script|head)\b.*?<\/\1>/gs, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .toLowerCase(),
  }
}

const isCloudflare = ({ header }: Seen) => header('server') === 'cloudflare'

const DETECTORS: [name: string, detects: (seen: Seen) => boolean, fires: readonly Dialect[]][] = [
  [
    'header scanners',
    (seen) => isCloudflare(seen) || seen.header('cf-ray') !== undefined,
    DIALECTS,
  ],
  [
    'a Ray ID anywhere in the response',
    ({ header, body }) =>
      /^[0-9a-f]{16}-[A-Z]{3}$/.test(header('cf-ray') ?? '') || /ray.id/i.test(body),
    DIALECTS,
  ],
  ['browser drivers: title', ({ title }) => title.startsWith('Access denied'), ['html']],
  [
    'browser drivers: selector',
    ({ body }) => /class="cf-error-title">.*?class="cf-code-label">[^<]*<span>/s.test(body),
    ['html'],
  ],
  [
    'the exact label',
    ({ body }) => body.includes('<span class="cf-code-label">Error code <span>1020</span></span>'),
    ['html'],
  ],
  [
    'media managers',
    (seen) =>
      isCloudflare(seen) &&
      [403, 503].includes(seen.status) &&
      (seen.body.includes('<title>Access denied</title>') ||
        seen.body.trim() === 'error code: 1020'),
    ['html', 'text'],
  ],
  [
    'crawlers: the words',
    ({ status, body }) => status === 403 && /Access\s+Denied/i.test(body),
    ['html', 'json', 'markdown'],
  ],
  [
    'refusal classifiers, on visible text',
    ({ visible }) =>
      /^.{0,200}(access denied|403).{30,120}the site owner may have set restrictions that prevent you from accessing the site/.test(
        visible
      ),
    ['html'],
  ],
  [
    'API clients',
    (seen) =>
      /Error\s+(?:code)?\s*:?\s*10\d\d|Cloudflare Ray ID/i.test(seen.body) ||
      /"cloudflare_error"\s*:\s*true/.test(seen.body) ||
      (isCloudflare(seen) &&
        seen.status === 403 &&
        (seen.header('content-type') ?? '').startsWith('text/html')),
    DIALECTS,
  ],
  ['exact short text', ({ body }) => /^error code: \d{4}$/.test(body.trim()), ['text']],
  [
    'structured readers',
    ({ body }) =>
      body.startsWith('{') &&
      JSON.parse(body).cloudflare_error === true &&
      JSON.parse(body).error_code === 1020,
    ['json'],
  ],
  // These look for a challenge or for the other block page: a 1020 must not be taken for one.
  ['challenge: header', ({ header }) => header('cf-mitigated') !== undefined, []],
  [
    'challenge: body',
    ({ body }) => /_cf_chl_opt|jschl-answer|captcha-bypass|Just a moment/.test(body),
    [],
  ],
  [
    'the WAF page',
    ({ body }) => body.includes('<title>Attention Required! | Cloudflare</title>'),
    [],
  ],
  [
    'the page before 2022',
    ({ body }) => body.includes('<span class="cf-error-code">1020</span>'),
    [],
  ],
]

describe.each(DETECTORS)('%s', (_name, detects, fires) => {
  test.each(DIALECTS)('on our %s', (dialect) => {
    expect(detects(see(dialect))).toBe(fires.includes(dialect))
  })
})
