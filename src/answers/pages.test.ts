import { describe, expect, test } from 'vitest'
import type { Generation, RefusalFacts } from './answer.ts'
import { catalogue } from './catalogue.ts'
import { createAnswers } from './create.ts'

const RAY = '9c3a1f0e2b7d4815'
const FACTS: RefusalFacts = {
  code: 1020,
  ray: RAY,
  colo: 'LHR',
  timeMs: Date.UTC(2026, 10, 23, 5, 30, 7),
  host: 'shop.example.com',
  ip: '198.51.100.23',
  country: 'DE',
  asn: 3320,
  method: 'GET',
  accept: 'text/html',
  acceptEncoding: 'gzip',
}
const GENERATIONS = ['g1', 'g2', 'g3', 'waf', 'union'] as const
const CODES = [...catalogue.keys()]
const answers = createAnswers()

const page = (code: number, generation?: Generation, facts: Partial<RefusalFacts> = {}): string =>
  String(answers.refuse({ ...FACTS, code, page: { generation }, ...facts } as RefusalFacts).body)

const TITLES = {
  restricted: '<title>Access denied | shop.example.com used Cloudflare to restrict access</title>',
  denied: '<title>Access denied</title>',
  attention: '<title>Attention Required! | Cloudflare</title>',
}

/** What clients of each generation look for; every one of them is on `union`, too. */
const MARKS: Record<Exclude<Generation, 'union'>, readonly string[]> = {
  g1: [
    TITLES.restricted,
    '<div class="cf-alert cf-alert-error cf-cookie-error" id="cookie-alert" data-translate="enable_cookies"',
    '<span class="cf-error-type" data-translate="error">Error</span>',
    '<span class="cf-error-code">1020</span>',
    `<small class="heading-ray-id">Ray ID: ${RAY} &bull; 2026-11-23 05:30:07 UTC</small>`,
    '<h2 class="cf-subheadline" data-translate="error_desc">Access denied</h2>',
    'security service to protect itself from online attacks',
  ],
  g2: [
    TITLES.restricted,
    'Cloudflare Ray ID: <strong class="font-semibold">',
    '<span id="cf-footer-item-ip" class="cf-footer-item hidden">Your IP:',
    'id="cf-footer-ip-reveal" class="cf-footer-ip-reveal-btn">Click to reveal</button>',
    '<span class="hidden" id="cf-footer-ip">198.51.100.23</span>',
    'id="what-happened-section"',
    '<a id="brand_link">Cloudflare</a>',
  ],
  g3: [
    TITLES.denied,
    'role="main"',
    '<h1>Access denied</h1>',
    '<span class="cf-code-label">Error code <span>1020</span></span>',
    'The site owner may have set restrictions that prevent you from accessing the site.',
    'id="click-to-copy-btn"',
  ],
  waf: [
    TITLES.attention,
    'data-translate="block_headline"',
    'Sorry, you have been blocked',
    'data-translate="unable_to_access">You are unable to access</span> shop.example.com',
  ],
}

/** Marks that one generation alone has: a client of it must not take another page for its own. */
const OWN: Record<string, readonly Generation[]> = {
  '<title>Access denied</title>': ['g3', 'union'],
  '<title>Access denied | ': ['g1', 'g2', 'union'],
  '<title>Attention Required!': ['waf', 'union'],
  'class="cf-error-code"': ['g1', 'union'],
  'class="cf-code-label"': ['g3', 'union'],
  'id="what-happened-section"': ['g2', 'union'],
  'id="cf-error-details"': ['g1', 'g2', 'waf', 'union'],
  'data-translate="block_headline"': ['waf', 'union'],
}

describe('generations', () => {
  describe.each(Object.entries(MARKS))('%s', (generation, marks) => {
    test.each(marks)('has %s', (mark) => {
      expect(page(1020, generation as Generation)).toContain(mark)
    })

    test.each(marks)('and so has union', (mark) => {
      expect(page(1020, 'union')).toContain(mark)
    })
  })

  describe.each(Object.entries(OWN))('%s', (mark, own) => {
    test.each(GENERATIONS)('on %s', (generation) => {
      expect(page(1020, generation).includes(mark)).toBe(own.includes(generation))
    })
  })

  test('g2 has its number in a plain element, and both lines of the Ray ID before the heading', () => {
    expect(page(1006, 'g2')).toMatch(
      /data-translate="error">Error<\/span>\s<span>1006<\/span>\s<\/h1>\s<span class="heading-ray-id">Ray ID: \w{16} &bull;<\/span>\s<span class="heading-ray-id">[^<]+ UTC<\/span>\s<h2[^>]*>Access denied<\/h2>/
    )
  })

  // Public recognisers read from a mark to the last closing tag of its line.
  describe.each([
    [1020, 'g1'],
    [1006, 'g1'],
    [1006, 'g2'],
    [1020, 'g2'],
    [1020, 'g3'],
    [1020, 'waf'],
    [1006, 'union'],
    [1020, 'union'],
    [522, undefined],
  ] as const)('%i as %s', (code, generation) => {
    const html = page(code, generation)

    test('has its number and its Ray ID at the end of their lines', () => {
      const numbers = [
        /cf-error-code">(.*)<\//,
        /data-translate="error">Error<\/span>\s*<span>(.*)<\//,
        /class="code-label">Error code (.*)<\//,
      ].flatMap((pattern) => pattern.exec(html)?.[1] ?? [])
      expect(numbers).toEqual(generation === 'g3' || generation === 'waf' ? [] : [String(code)])
      expect(/Cloudflare Ray ID: <strong[^>]*>(.*)<\//.exec(html)?.[1]).toBe(`${RAY}</strong>`)
      expect(/Ray ID: ([^<]*) &bull; .* UTC<\//.exec(html)?.[1] ?? RAY).toBe(RAY)
    })

    test('has one element a line in its heading', () => {
      const heading = /<(h1|p[^>]*)>\s*<span.*?<\/(?:h1|p)>/s.exec(html)?.[0] ?? ''
      for (const line of heading.split('\n')) {
        expect(line.match(/<(?:span|small|h1|p)\b/g)?.length ?? 0, line).toBeLessThan(3)
      }
      expect(html).not.toMatch(/<h1>.*<(?:span|small)/)
    })
  })

  test('waf shows no number', () => {
    const html = page(1020, 'waf')
      .replace(/<!--.*?-->|<(style|script)>.*?<\/\1>/gs, '')
      .replace(/<[^>]+>/g, ' ')
    expect(html.replace('edge1020', '')).not.toContain('1020')
  })

  test.each([
    [1020, 'g3'],
    [1006, 'g2'],
    [1015, 'g2'],
    [1016, 'g2'],
  ] as const)('%i is %s today', (code, generation) => {
    expect(page(code)).toBe(page(code, generation))
  })

  test('what goes wrong at the origin has one page, whatever is wanted', () => {
    expect(new Set(GENERATIONS.map((generation) => page(522, generation))).size).toBe(1)
    expect(page(522)).toContain('<title>shop.example.com | 522: Connection timed out</title>')
  })

  test.each([
    [1005, '(ASN) your IP address is in (3320)'],
    [
      1006,
      'The owner of this website (shop.example.com) has banned your IP address (198.51.100.23)',
    ],
    [1009, 'has banned the country or region your IP address is in (DE)'],
    [1010, "has banned your access based on your browser's signature"],
    [1015, 'has banned you temporarily from accessing this website.'],
    [1106, 'The owner of this website (shop.example.com) has banned your IP address'],
  ])('%i says what its clients look for', (code, mark) => {
    expect(page(code)).toContain(mark)
    expect(page(1020)).not.toContain(mark)
  })

  test('1006 reads as classifiers of visible text expect it', () => {
    const visible = page(1006)
      .replace(/<(style|script)\b.*?<\/\1>/gs, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .toLowerCase()
    expect(visible).toMatch(
      /^access denied \| .{150,200}the owner of this website \(.+\) has banned your ip address/
    )
  })
})

describe.each(CODES)('%i', (code) => {
  test.each(GENERATIONS)('as %s', (generation) => {
    const html = page(code, generation)
    expect(html).toContain(`Error ${code}`)
    expect(html).toContain('Cloudflare Ray ID')
    expect(html).toContain(RAY)
    expect(html).not.toMatch(/\{\{[a-z]|undefined/)
    const bytes = Buffer.from(html)
    expect(bytes.length).toBeLessThan(20 * 1_024)
    if (generation !== 'waf') {
      expect(bytes.subarray(0, 4_096).toString()).toMatch(new RegExp(`(?<!\\d)${code}(?!\\d)`))
    }
    // Each id once, and every label for something that is there.
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(html.match(/<h1[\s>]/g)).toHaveLength(1)
  })
})

describe('an owner who can be written to', () => {
  const contact = 'mailto:help@shop.example?subject=Blocked%20::RAY_ID::&body="hi"'
  const of = (generation: Generation, code = 1020) =>
    String(createAnswers({ contact }).refuse({ ...FACTS, code, page: { generation } }).body)

  test.each(GENERATIONS)('is linked with the Ray ID on %s', (generation) => {
    expect(of(generation)).toContain(
      `href="mailto:help@shop.example?subject=Blocked%20${RAY}&amp;body=&quot;hi&quot;"`
    )
    expect(page(1020, generation)).not.toContain('mailto:')
  })

  test.each(['javascript:alert(1)', 'help@shop.example', '', 'https://a b'])(
    '%j is no way to write to somebody',
    (wrong) => {
      expect(() => createAnswers({ contact: wrong })).toThrow(`contact "${wrong}": expected`)
    }
  )
})

describe('what a visitor sent stays text', () => {
  const HOSTILE = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '{{ray}}',
    '::RAY_ID::',
  ]

  test.each(HOSTILE)('%s', (text) => {
    for (const generation of GENERATIONS) {
      const html = page(1006, generation, { host: text, ip: text, country: text })
      expect(html).not.toMatch(/<script>alert|<img|\{\{ray/)
    }
  })
})
