import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import schema from '../../schema/personas.json' with { type: 'json' }
import { formatIp } from '../lists/ip.ts'
import { special } from '../visitor/addresses.ts'
import { createBots } from '../visitor/bots/bots.ts'
import { geoipLite } from '../visitor/node/geoip-lite.ts'
import type { Persona } from '../visitor/persona.ts'
import { DOCUMENT_KEYS, HTTP_VERSIONS, PERSONA_KEYS, TLS_VERSIONS } from './keys.ts'
import table from './personas.json' with { type: 'json' }
import { readPersonas } from './personas.ts'

const personas = readPersonas()
const all = personas.names.map((name) => [name, personas.get(name)!] as const)

const headerOf = ({ headers }: Persona, name: string) => {
  const at = headers.findIndex((each, i) => i % 2 === 0 && each.toLowerCase() === name)
  return at < 0 ? undefined : headers[at + 1]
}

const JA4 = 'cf.bot_management.ja4'
const HTTP_VERSION = 'http.request.version'
const VERSION_BY_ALPN: Record<string, string> = { h1: 'HTTP/1.1', h2: 'HTTP/2' }

describe('the built-in personas', () => {
  test('are those that the table has, with its source and date', () => {
    expect(personas.names).toEqual(table.personas.map(({ name }) => name).sort())
    expect(personas.names.length).toBeGreaterThan(30)
    expect(table.source.length).toBeGreaterThan(100)
    expect(table.date).toMatch(/^20\d\d-\d\d$/)
  })

  test.each([
    'chrome-berlin',
    'iphone-mobile-us',
    'curl-hetzner',
    'python-digitalocean',
    'tor-exit',
    'nordvpn-nl',
    'googlebot',
    'slackbot',
    'github-camo',
    'feedly',
  ])('%s is one of them', (name) => {
    expect(personas.get(name)).toBeDefined()
  })
})

describe('to who tells bots from people', () => {
  const bots = createBots()

  test.each([
    ['googlebot', true],
    ['bingbot', true],
    ['gptbot', true],
    ['twitterbot', true],
    ['fake-googlebot', false],
    ['curl-hetzner', false],
    ['chrome-berlin', false],
  ])('%s: verified is %s', (name, verified) => {
    const persona = personas.get(name)!
    const verdict = bots.judge({
      ip: persona.ip,
      userAgent: persona.userAgent,
      asn: persona.asn!,
      ja4: String(persona.fields[JA4] ?? ''),
      header: (asked) => headerOf(persona, asked),
    })
    expect(verdict.verified).toBe(verified)
  })
})

const countries = geoipLite()

describe.each(all)('%s', (_name, persona) => {
  test('is somewhere on the Internet', () => {
    expect(special.has(persona.ip!)).toBe(false)
    expect(persona.asn).toBeGreaterThan(0)
    expect(persona.country).toMatch(/^(?:[A-Z]{2}|T1)$/)
  })

  test('is where country data has its address', () => {
    const country = countries.lookup(persona.ip!)?.country
    expect(persona.country === 'T1' ? 'T1' : country).toBe(persona.country)
  })

  test('says who it is in one User-Agent and one line', () => {
    expect(headerOf(persona, 'user-agent')).toBe(persona.userAgent)
    const names = persona.headers.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
    expect(new Set(names).size).toBe(names.length)
    expect(persona.description).toMatch(/^[A-Z].*[^.]$/i)
  })

  test('speaks one version of HTTP', () => {
    const version = persona.fields[HTTP_VERSION]
    const alpn = String(persona.fields[JA4] ?? '').slice(8, 10)
    if (alpn !== '') expect(version).toBe(VERSION_BY_ALPN[alpn])
    // HTTP/2 has no upper case, and no Connection.
    if (version === 'HTTP/2') {
      const names = persona.headers.filter((_, i) => i % 2 === 0)
      expect(names).toEqual(names.map((name) => name.toLowerCase()))
      expect(names).not.toContain('connection')
    }
  })

  test('does not contradict itself in its client hints', () => {
    const hints = headerOf(persona, 'sec-ch-ua')
    const [, major] = /Chrome\/(\d+)\.0\.0\.0/.exec(persona.userAgent) ?? []
    const isChromium = major !== undefined && !persona.userAgent.includes('compatible')
    expect(hints !== undefined).toBe(isChromium)
    if (!isChromium) return
    expect(hints).toContain(`"Chromium";v="${major}"`)
    const isMobile = persona.userAgent.includes('Mobile')
    expect(headerOf(persona, 'sec-ch-ua-mobile')).toBe(isMobile ? '?1' : '?0')
    const platform = headerOf(persona, 'sec-ch-ua-platform')!.slice(1, -1)
    expect(persona.userAgent).toContain(platform)
  })
})

describe('schema/personas.json', () => {
  const keys = (object: object) => Object.keys(object).sort()
  const { persona } = schema.$defs

  test('knows what the reader knows', () => {
    expect(keys(schema.properties)).toEqual(keys(DOCUMENT_KEYS))
    expect(keys(persona.properties)).toEqual(keys(PERSONA_KEYS))
    expect(persona.properties.tls_version.enum).toEqual([...TLS_VERSIONS])
    expect(persona.properties.http_version.enum).toEqual([...HTTP_VERSIONS])
    expect([schema.additionalProperties, persona.additionalProperties]).toEqual([false, false])
  })

  test('describes every key', () => {
    for (const each of [
      ...Object.values(schema.properties),
      ...Object.values(persona.properties),
    ]) {
      expect(each.description).toMatch(/\.$/)
    }
  })
})

describe('docs/personas.md', () => {
  const text = readFileSync(new URL('../../docs/personas.md', import.meta.url), 'utf8')

  /** Paste what this gives into the page where the test fails. */
  const markdown = [
    '| name | who | address | country | ASN | JA4 |',
    '|---|---|---|---|---|---|',
    ...table.personas.map(({ name }) => {
      const { description, ip, country, asn, fields } = personas.get(name)!
      const ja4 = fields[JA4] === undefined ? '' : `\`${fields[JA4]}\``
      return `| \`${name}\` | ${description} | \`${formatIp(ip!)}\` | ${country} | ${asn} | ${ja4} |`
    }),
  ].join('\n')

  test('has the table of the built-in ones', () => {
    expect(text).toContain(`\n\n${markdown}\n\n`)
  })

  const examples = [...text.matchAll(/^```(?:yaml|json)\n(.*?)^```/gms)].map(([, block]) => block!)

  test.each(examples.map((block, i) => [i + 1, block] as const))('example %i loads', (_, block) => {
    const own = readPersonas([{ file: 'docs/personas.md', text: block }])
    const names = [...block.matchAll(/name["']?: ["']?([\w-]+)/g)].map(([, name]) => name!)
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) expect(own.get(name)).toBeDefined()
  })

  test('names every key', () => {
    for (const key of Object.keys(PERSONA_KEYS)) expect(text).toContain(`| \`${key}\` |`)
  })

  test('has the messages that really come', () => {
    const [, bad] = /^```text\n(\S+:\d+:\d+: error:.*?)^```/ms.exec(text)!
    const source = /^```text\n(personas:.*?)^```/ms.exec(text)![1]!
    expect(() => readPersonas([{ file: 'personas.yaml', text: source }])).toThrow(bad!.trim())
  })
})
