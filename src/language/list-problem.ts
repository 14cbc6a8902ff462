import type { ListKind } from '../lists/kind.ts'
import { KIND_NAMES, LIST_SLOTS } from '../lists/kind.ts'
import type { Lists } from './compile/options.ts'
import type { ListUse } from './expression.ts'

const FIELDS: Readonly<Record<ListKind, string>> = {
  string: 'fields of type String, as http.user_agent',
  ip: 'fields of type IP, as ip.src',
  asn: 'ip.src.asnum',
  hostname: 'http.host',
}

const found = (lists: Lists | undefined, name: string) => ({
  ip: lists?.ip?.(name),
  asn: lists?.int?.(name),
  hostname: lists?.string?.(name),
})

/** Fields with the visitor's network or the requested host, including their other spellings. */
const HOLDS: Partial<Record<ListKind, RegExp>> = {
  asn: /asnum\b/,
  hostname: /\bhttp\.(?:host|request\.headers|referer)/,
}

export interface ListProblem {
  severity: 'error' | 'warning'
  code: 'unknown_list' | 'wrong_list_kind'
  message: string
  help?: string
}

/**
 * Reports a list without contents, and a list whose kind does not fit the field. Cloudflare refuses the latter when a rule
 * is saved: https://developers.cloudflare.com/waf/tools/lists/use-in-expressions/
 */
export const listProblem = (
  { name, kind, field }: ListUse,
  lists: Lists | undefined
): ListProblem | undefined => {
  const sets = found(lists, name)
  const own = sets[kind]
  if (own !== undefined) {
    if (own.kind === undefined || (HOLDS[own.kind]?.test(field) ?? true)) return undefined
    return {
      severity: 'warning',
      code: 'wrong_list_kind',
      message: `the list \`$${name}\` has ${KIND_NAMES[own.kind]}, which \`${field}\` does not hold`,
      help: `on Cloudflare such lists go with ${FIELDS[own.kind]} only`,
    }
  }
  const kinds = LIST_SLOTS.flatMap((slot) => {
    const set = sets[slot]
    return set === undefined ? [] : [set.kind ?? slot]
  })
  const [other] = kinds
  if (other === undefined) {
    return {
      severity: 'warning',
      code: 'unknown_list',
      message: `the list \`$${name}\` has no contents here`,
    }
  }
  return {
    severity: 'error',
    code: 'wrong_list_kind',
    message: `the list \`$${name}\` has ${kinds.map((one) => KIND_NAMES[one]).join(' and ')}: expected a list of ${KIND_NAMES[kind]} for \`${field}\``,
    help: `lists of ${KIND_NAMES[other]} go with ${FIELDS[other]}`,
  }
}
