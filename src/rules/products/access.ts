import type { Action } from '../../actions.ts'
import { parseAsn } from '../../lists/asn.ts'
import { parseCidr } from '../../lists/cidr.ts'
import { formatIp } from '../../lists/ip.ts'
import { readAddress } from '../address.ts'
import type { LanguageOptions } from '../compile.ts'
import type { Draft } from '../draft.ts'
import { readHead, readPage } from '../head.ts'
import { ACCESS_KEYS } from '../keys.ts'
import { LazyExpression } from '../lazy-expression.ts'
import type { Node } from '../node.ts'
import { inBackticks } from '../node.ts'
import type { Reader, Text } from '../reader.ts'
import type { Rule } from '../rule.ts'
import type { Problem } from '../values.ts'
import { checkCountry } from '../values.ts'
import { readActionKey } from './action-key.ts'
import { isOfTheApi } from './api-shape.ts'

/** The target of an IP Access rule, in the words of Cloudflare's API. */
export type AccessTarget = 'ip' | 'ip6' | 'ip_range' | 'country' | 'asn'

/**
 * One IP Access rule.
 *
 * Source: https://developers.cloudflare.com/waf/tools/ip-access-rules/
 */
export interface AccessRule extends Rule {
  readonly target: AccessTarget
  /** Canonical: `192.0.2.7`, `198.51.100.0/24`, `2001:db8::/32`, `DE`, `AS13335`. */
  readonly value: string
}

/** Modes of IP Access rules; `whitelist` of the API is `allow`. */
export const ACCESS_ACTIONS = [
  'allow',
  'block',
  'managed_challenge',
  'js_challenge',
  'challenge',
] as const satisfies readonly Action[]

/** Prefix lengths that Cloudflare accepts. */
const PREFIXES = { 4: [16, 24], 6: [32, 48, 64, 128] } as const

type Value = Pick<AccessRule, 'target' | 'value'>
type Read = { readonly read: Value; readonly warning?: string } | { readonly problem: Problem }

const COUNTRY = /^[A-Za-z][A-Za-z0-9]$/
const AS_NUMBER = /^as\d/i
const EXPECTED = 'expected an address, a network, a country code or `AS` and a number'

const readNetwork = (text: string): Read => {
  const address = readAddress(text)
  if (address.kind === 'problem') {
    const { code, help } = address.problem
    return /[.:/]/.test(text)
      ? { problem: address.problem }
      : { problem: { code, message: `${inBackticks(text)}: ${EXPECTED}`, ...(help && { help }) } }
  }
  const cidr = address.kind === 'list' ? undefined : parseCidr(address.item)
  if (cidr === undefined || !cidr.ok) {
    const message = `${inBackticks(text)}: ${EXPECTED}`
    const help = 'only custom rules accept lists and ranges with two dots'
    return { problem: { code: 'invalid_ip', message, help } }
  }
  const { from } = cidr.range
  if (!address.kind.startsWith('network') || cidr.prefix === (from.family === 4 ? 32 : 128)) {
    return { read: { target: from.family === 4 ? 'ip' : 'ip6', value: formatIp(from) } }
  }
  const known: readonly number[] = PREFIXES[from.family]
  const read = { target: 'ip_range', value: `${formatIp(from)}/${cidr.prefix}` } as const
  if (known.includes(cidr.prefix)) return { read }
  const lengths = known.map((prefix) => `/${prefix}`).join(', ')
  return {
    read,
    warning: `Cloudflare's IP Access rules take IPv${from.family} networks of ${lengths}`,
  }
}

/**
 * Tells the target of an IP Access rule by the look of its value.
 *
 * @example readAccessValue('as13335') // { read: { target: 'asn', value: 'AS13335' } }
 */
export const readAccessValue = (text: string): Read => {
  if (AS_NUMBER.test(text)) {
    const asn = parseAsn(text)
    if (asn !== undefined) return { read: { target: 'asn', value: `AS${asn}` } }
    const message = `${inBackticks(text)} is not an AS number: expected one like \`AS13335\``
    return { problem: { code: 'invalid_asn', message } }
  }
  if (COUNTRY.test(text)) {
    const problem = checkCountry(text)
    return problem === undefined ? { read: { target: 'country', value: text } } : { problem }
  }
  return readNetwork(text)
}

const FIELDS: Readonly<Record<AccessTarget, string>> = {
  ip: 'ip.src',
  ip6: 'ip.src',
  ip_range: 'ip.src',
  country: 'ip.src.country',
  asn: 'ip.src.asnum',
}

/** Returns the expression with the meaning of an IP Access rule. */
export const accessExpression = ({ target, value }: Value): LazyExpression => {
  const field = FIELDS[target]
  const test =
    target === 'ip_range'
      ? `in {${value}}`
      : target === 'country'
        ? `eq "${value}"`
        : `eq ${target === 'asn' ? value.slice(2) : value}`
  return new LazyExpression(`${field} ${test}`, [field])
}

/** `block 198.51.100.0/24` */
const nameOf = (action: string, value: string) => `${action} ${value}`

/** An id cannot contain a slash. */
const idOf = (base: string, value: string) => `${base}-${value.toLowerCase().replace('/', '_')}`

const expected = 'an address, a network, a country code or an AS number'

const valueText = (node: Node, reader: Reader): Text | undefined => {
  const isNumber = node.kind === 'scalar' && typeof node.value === 'number'
  if (!isNumber) return reader.text(node, expected)
  const help = `did you mean \`AS${node.source}\`?`
  return reader.wrongType(node, `${expected} with \`AS\` in front`, help)
}

/** Reads one entry of `access:`. Each value of its action becomes a rule. */
export const readAccess = (node: Node, reader: Reader, options: LanguageOptions): Draft[] => {
  const what = 'an IP Access rule'
  const map = reader.map(node, `${what} such as \`block: AS13335\``)
  if (map === undefined || isOfTheApi(map, what, reader)) return []
  const { found, meant } = reader.entries(map, ACCESS_KEYS, what)
  const { head, scope } = readHead(map, found, meant, reader, options)
  const chosen = readActionKey(found, ACCESS_ACTIONS, what, scope)
  if (chosen === undefined) return []
  const { action, entry } = chosen
  const isOne = entry.value.kind !== 'list'
  const page = readPage(found.page, scope)
  return reader.items(entry.value, expected).flatMap((item): Draft[] => {
    const text = valueText(item, reader)
    if (text === undefined) return []
    const result = readAccessValue(text.value)
    if ('problem' in result) {
      const { code, message, help } = result.problem!
      reader.findings.error(text.place, code, message, help)
      return []
    }
    const { read, warning } = result
    if (warning !== undefined) {
      reader.findings.warn(text.place, 'not_on_cloudflare', warning)
    }
    const id = isOne && head.id !== undefined ? head.id : idOf(head.id ?? action, read.value)
    return [
      {
        ...head,
        id,
        idPlace: isOne ? head.idPlace : text.place,
        name: head.name ?? nameOf(action, read.value),
        action,
        expression: accessExpression(read),
        page,
        place: isOne ? head.place : text.place,
        parts: { product: 'access', ...read },
      },
    ]
  })
}
