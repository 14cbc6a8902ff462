import { describe, expect, test } from 'vitest'
import type { Generation, PageChoice } from './answer.ts'
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

const see = (dialect: Dialect, page?: PageChoice): Seen => {
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
    page,
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

/** What tells the generations of the page apart, as clients do it, and on which of them each fires. */
const BY_GENERATION: [
  name: string,
  detects: (seen: Seen) => boolean,
  fires: readonly Generation[],
][] = [
  [
    'a scraper library: the number in its element',
    (seen) =>
      isCloudflare(seen) &&
      seen.status === 403 &&
      /<span class="cf-error-code">1020<\/span>/.test(seen.body),
    ['g1', 'union'],
  ],
  [
    'a browser driver: title, or one of two selectors',
    ({ title, body }) =>
      title.startsWith('Access denied') ||
      title.startsWith('Attention Required! | Cloudflare') ||
      /class="cf-error-title">.*?class="cf-code-label">[^<]*<span>/s.test(body) ||
      /id="cf-error-details".*?cf-error-overview.*?<h1/s.test(body),
    ['g1', 'g2', 'g3', 'waf', 'union'],
  ],
  [
    'media managers: the exact title',
    (seen) =>
      isCloudflare(seen) &&
      [403, 503].includes(seen.status) &&
      /<title>(?:Access denied|Attention Required! \| Cloudflare|Just a moment\.\.\.)<\/title>/.test(
        seen.body
      ),
    ['g3', 'waf', 'union'],
  ],
  [
    'a downloader: the WAF page suggests impersonation',
    ({ status, body }) =>
      status === 403 && body.includes('<title>Attention Required! | Cloudflare</title>'),
    ['waf', 'union'],
  ],
  [
    'the exact label',
    ({ body }) => body.includes('<span class="cf-code-label">Error code <span>1020</span></span>'),
    ['g3', 'union'],
  ],
  [
    'refusal classifiers, on visible text',
    ({ visible }) =>
      /^.{0,200}(access denied|403).{30,120}the site owner may have set restrictions that prevent you from accessing the site/.test(
        visible
      ),
    ['g3', 'union'],
  ],
  [
    'API clients',
    ({ body }) =>
      /Error\s+(?:code)?\s*:?\s*10\d\d|Attention Required|Cloudflare Ray ID|cf-error-details/i.test(
        body
      ),
    ['g1', 'g2', 'g3', 'waf', 'union'],
  ],
  [
    'scanners of whole responses',
    ({ body }) => /cloudflare.ray.id.|ray.id/i.test(body),
    ['g1', 'g2', 'g3', 'waf', 'union'],
  ],
  ['exact short text', ({ body }) => /^error code: \d{4}$/.test(body.trim()), []],
  [
    'a challenge',
    ({ header, body }) =>
      header('cf-mitigated') !== undefined ||
      /_cf_chl_opt|jschl-answer|captcha-bypass|Just a moment/.test(body),
    [],
  ],
]

describe.each(BY_GENERATION)('%s', (_name, detects, fires) => {
  test.each(['g1', 'g2', 'g3', 'waf', 'union'] as const)('on %s', (generation) => {
    expect(detects(see('html', { generation }))).toBe(fires.includes(generation))
  })
})
