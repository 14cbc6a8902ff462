import { MAX_ASN, parseAsn } from '../lists/asn.ts'
import type { Ip } from '../lists/ip.ts'
import { canonicalIp, parseIp } from '../lists/ip.ts'
import type { Entry, Node } from '../rules/node.ts'
import { inBackticks } from '../rules/node.ts'
import type { Reader } from '../rules/reader.ts'
import { listed } from '../rules/reader.ts'
import { checkCountry, checkJa3, checkJa4 } from '../rules/values.ts'
import type { Persona } from '../visitor/persona.ts'
import { readFields } from './fields.ts'
import { readHeaders } from './headers.ts'
import { HTTP_VERSIONS, PERSONA_KEYS, TLS_VERSIONS } from './keys.ts'

/** A persona and where its name was written. */
export interface Draft {
  readonly persona: Persona
  readonly namePlace: Node['place']
}

const JA3_FIELD = 'cf.bot_management.ja3_hash'
const JA4_FIELD = 'cf.bot_management.ja4'
const TLS_VERSION_FIELD = 'cf.tls_version'
const HTTP_VERSION_FIELD = 'http.request.version'

/** It goes into a header. */
const NAME = /^[a-z\d][a-z\d._-]{0,63}$/
const MAX_DESCRIPTION_CHARACTERS = 2000

const readName = (node: Node, reader: Reader): string | undefined => {
  const text = reader.text(node, 'a name')
  if (text === undefined || NAME.test(text.value)) return text?.value
  const message = `${inBackticks(text.value)} is not a name of a persona: expected up to 64 lower-case letters, digits, \`-\`, \`_\` or \`.\`, starting with a letter or digit`
  const meant = text.value
    .toLowerCase()
    .replace(/[^a-z\d._-]+/g, '-')
    .replace(/^[^a-z\d]+|-$/g, '')
  const help = NAME.test(meant) ? `did you mean \`${meant}\`?` : undefined
  reader.findings.error(text.place, 'invalid_name', message, help)
  return undefined
}

const readDescription = (node: Node, reader: Reader): string | undefined => {
  const text = reader.text(node, 'a description')
  if (text !== undefined && text.value.length > MAX_DESCRIPTION_CHARACTERS) {
    const message = `the description has ${text.value.length} characters: expected at most ${MAX_DESCRIPTION_CHARACTERS}`
    reader.findings.error(text.place, 'text_too_long', message)
  }
  return text?.value
}

const readIp = (node: Node, reader: Reader): Ip | undefined => {
  const text = reader.text(node, 'an IP address')
  if (text === undefined) return undefined
  const ip = parseIp(text.value)
  if (ip !== undefined) return canonicalIp(ip)
  const message = `${inBackticks(text.value)} is not an IP address: expected one like \`192.0.2.1\` or \`2001:db8::1\``
  const help = text.value.includes('/') ? 'a persona has one address, not a network' : undefined
  reader.findings.error(text.place, 'invalid_ip', message, help)
  return undefined
}

const readNumber = (node: Node, reader: Reader): number | undefined => {
  if (node.kind !== 'scalar' || node.value === null || typeof node.value === 'boolean') {
    return reader.wrongType(node, 'an AS number')
  }
  const asn = parseAsn(String(node.value))
  if (asn === undefined) {
    const message = `${inBackticks(String(node.value))} is not an AS number: expected 0 to ${MAX_ASN} or \`AS13335\``
    reader.findings.error(node.place, 'invalid_asn', message)
  }
  return asn
}

type Check = (text: string) => { code: string; message: string; help?: string } | undefined

/** A text that a check of the rules' own lets through. */
const checked =
  (expected: string, check: Check) =>
  (node: Node, reader: Reader): string | undefined => {
    const text = reader.text(node, expected)
    const problem = text && check(text.value)
    if (text === undefined || problem === undefined) return text?.value
    reader.findings.error(text.place, problem.code, problem.message, problem.help)
    return undefined
  }

/** `TLS 1.3`, `TLSv13` and `HTTP/2.0` differ from `TLSv1.3` and `HTTP/2` in what is no digit, and in a last zero. */
const digits = (text: string) => text.replace(/\D/g, '').replace(/0$/, '')

const version =
  (code: string, known: readonly string[]): Check =>
  (text) => {
    if (known.includes(text)) return undefined
    const meant = known.find((each) => digits(each) === digits(text))
    return {
      code,
      message: `${inBackticks(text)} is not one of ${listed(known)}`,
      ...(meant === undefined ? {} : { help: `did you mean \`${meant}\`?` }),
    }
  }

const readCountry = checked('a country code', checkCountry)

/** Keys that stand for one field of the Rules language each. */
const FIELD_KEYS = {
  ja3: { field: JA3_FIELD, read: checked('a JA3 hash', checkJa3) },
  ja4: { field: JA4_FIELD, read: checked('a JA4 fingerprint', checkJa4) },
  tls_version: {
    field: TLS_VERSION_FIELD,
    read: checked('a TLS version', version('invalid_tls_version', TLS_VERSIONS)),
  },
  http_version: {
    field: HTTP_VERSION_FIELD,
    read: checked('an HTTP version', version('invalid_http_version', HTTP_VERSIONS)),
  },
} as const

/** Reads one item of `personas`; what is wrong with it goes to the findings. */
export const readPersona = (node: Node, reader: Reader): Draft | undefined => {
  const map = reader.map(node, 'a persona: a mapping with a `name`')
  if (map === undefined) return undefined
  const { found, meant } = reader.entries(map, PERSONA_KEYS, 'a persona')
  const read = <T>(entry: Entry | undefined, of: (node: Node, reader: Reader) => T | undefined) =>
    entry === undefined ? undefined : of(entry.value, reader)

  const fields: Record<string, unknown> = Object.create(null)
  for (const [key, { field, read: readField }] of Object.entries(FIELD_KEYS)) {
    const value = read(found[key as keyof typeof FIELD_KEYS], readField)
    if (value !== undefined) fields[field] = value
  }
  Object.assign(fields, readFields(found.fields, reader))
  const { userAgent, flat } = readHeaders(found.user_agent, found.headers, reader)
  const ip = read(found.ip, readIp)
  const country = read(found.country, readCountry)
  const asn = read(found.asn, readNumber)
  const description = read(found.description, readDescription) ?? ''
  if (found.name === undefined) {
    const help = '`x-edge-as` refers to this name'
    if (!meant.has('name')) {
      reader.findings.error(map.place, 'missing_key', 'the persona has no `name`', help)
    }
    return undefined
  }
  const name = readName(found.name.value, reader)
  if (name === undefined) return undefined
  const persona: Persona = {
    name,
    description,
    ...(ip === undefined ? {} : { ip }),
    ...(country === undefined ? {} : { country }),
    ...(asn === undefined ? {} : { asn }),
    userAgent,
    headers: flat,
    fields,
  }
  return { persona, namePlace: found.name.value.place }
}
