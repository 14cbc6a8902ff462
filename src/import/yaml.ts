import { LIST_SLOTS } from '../lists/kind.ts'
import type { Draft } from '../rules/draft.ts'
import { Findings } from '../rules/findings.ts'
import type { ImportedRule, LeftOut } from './rule.ts'
import { draftsOf } from './ruleset.ts'

/** Quotes of JSON are valid in YAML. */
const quoted = (text: string) => JSON.stringify(text)

const flow = (texts: readonly string[]) => `[${texts.map(quoted).join(', ')}]`

const MAX_NAME = 200

/** Text of several lines as a block, if YAML reads it unchanged. */
const written = (text: string): string => {
  const lines = text.split('\n')
  const isPlain =
    !/^\s|\s$/.test(text) &&
    lines.every((line) => line === '' || /\S/.test(line)) &&
    !/[^\n\x20-\x7e\xa0-\ud7ff]/.test(text)
  return isPlain ? `|-\n${lines.map((line) => line && `      ${line}`).join('\n')}` : quoted(text)
}

/** One comment line each. */
const comment = (text: string): string => `  # ${text.replace(/\s+/g, ' ')}\n`

type Line = readonly [key: string, value: string | undefined]

const responseLine = ({ response }: Draft): Line => {
  if (response === undefined) return ['response', undefined]
  const { status, content, contentType } = response
  const parts = [
    ...(status === undefined ? [] : [`status: ${status}`]),
    ...(content === undefined ? [] : [`content: ${quoted(content)}`]),
    ...(contentType === undefined ? [] : [`content_type: ${contentType}`]),
  ]
  return ['response', `{ ${parts.join(', ')} }`]
}

const skipLines = ({ skip }: Draft): readonly Line[] => {
  if (skip === undefined) return []
  const { current, phases, products, logs } = skip
  const parts = [
    ...(current ? ['ruleset: current'] : []),
    ...(phases.length === 0 ? [] : [`phases: ${flow(phases)}`]),
    ...(products.length === 0 ? [] : [`products: ${flow(products)}`]),
  ]
  const isRest = current && parts.length === 1
  return [
    ['skip', isRest ? undefined : `{ ${parts.join(', ')} }`],
    ['logging', logs ? undefined : 'false'],
  ]
}

/** The lines of a rule that only its product has, and its key in the document. */
const linesOf = (draft: Draft): { key: Section; lines: readonly Line[] } | undefined => {
  const { parts, expression, action = '' } = draft
  const source = written(expression?.source ?? '')
  switch (parts?.product) {
    case 'access':
      return { key: 'access', lines: [[action, quoted(parts.value)]] }
    case 'agent':
      return { key: 'user_agents', lines: [[action, quoted(parts.userAgent)]] }
    case 'lockdown':
      return {
        key: 'lockdown',
        lines: [
          ['urls', flow(parts.urls)],
          ['allow', flow(parts.allow)],
          ['priority', parts.priority?.toString()],
        ],
      }
    case 'rateLimit':
      return {
        key: 'rate_limits',
        lines: [
          ['expression', source],
          ['action', action],
          ['characteristics', flow(parts.characteristics.map((one) => one.source))],
          ['requests_per_period', parts.requestsPerPeriod?.toString()],
          ['period', String(parts.period)],
          ['mitigation_timeout', String(parts.mitigationTimeout)],
          [
            'counting_expression',
            parts.countingExpression && written(parts.countingExpression.source),
          ],
          ['requests_to_origin', parts.requestsToOrigin ? 'true' : undefined],
          responseLine(draft),
        ],
      }
    case 'custom':
      return {
        key: 'rules',
        lines: [
          ['expression', source],
          ['action', action],
          responseLine(draft),
          ...skipLines(draft),
        ],
      }
    default:
      return undefined
  }
}

const SECTIONS = ['lists', 'access', 'lockdown', 'user_agents', 'rules', 'rate_limits'] as const
type Section = (typeof SECTIONS)[number]

const OWN_KINDS: readonly string[] = LIST_SLOTS

const listText = ({ name = '', kind = '', entries = [] }: ImportedRule): string => {
  const items = entries.map(({ value, comment: note }) => {
    const remark = note === undefined ? '' : ` # ${note.replace(/\s+/g, ' ')}`
    return `      - ${kind === 'asn' ? value.replace(/^(?:AS)?(?=\d)/i, 'AS') : quoted(value)}${remark}\n`
  })
  const body = items.length === 0 ? '    items: []\n' : `    items:\n${items.join('')}`
  return `  ${quoted(name)}:\n    kind: ${kind}\n${body}`
}

const ruleText = (draft: Draft, lines: readonly Line[], isEnabled: boolean): string => {
  const all: readonly Line[] = [
    ['name', quoted([...draft.name].slice(0, MAX_NAME).join(''))],
    ['id', quoted(draft.id ?? '')],
    ...lines,
    ['enabled', isEnabled ? undefined : 'false'],
  ]
  const set = all.filter(([, value]) => value !== undefined)
  return set.map(([key, value], i) => `  ${i === 0 ? '-' : ' '} ${key}: ${value}\n`).join('')
}

/** The reason why a rule has no draft, in the words of its warning. */
const reasonIn = (findings: Findings): string => {
  const [first] = findings.inSourceOrder([])
  return first?.message.replace(/^"[\s\S]*?": /, '') ?? 'rule documents cannot express it'
}

/**
 * Imported rules as a rule document of edge1020, with the source of each rule in a comment above it.
 *
 * @returns the document, and the rules that it cannot express
 */
export const toDocument = (
  rules: readonly ImportedRule[]
): { text: string; leftOut: readonly LeftOut[] } => {
  const taken = new Set<string>()
  const leftOut: LeftOut[] = []
  const sections: Partial<Record<Section, string>> = {}
  const add = (key: Section, text: string) => {
    sections[key] = (sections[key] ?? '') + text
  }
  for (const rule of rules) {
    const findings = new Findings()
    const what = rule.name ?? rule.value ?? rule.resource ?? rule.product
    const source = rule.at ?? rule.source
    const leaveOut = (reason: string) => leftOut.push({ source, what, reason })
    if (rule.product === 'list') {
      if (OWN_KINDS.includes(rule.kind ?? '')) add('lists', comment(source) + listText(rule))
      else leaveOut(`rule documents have no lists of the kind ${rule.kind}`)
      continue
    }
    // Lists are resolved when the document loads, so a missing one is not an error here.
    const [draft] = draftsOf([{ ...rule, enabled: true }], { lists: ANY_LISTS }, findings, taken)
    const problem = findings.inSourceOrder([]).find(({ severity }) => severity === 'error')
    const lines = draft && linesOf(draft)
    if (problem !== undefined) leaveOut(problem.message)
    else if (lines === undefined) leaveOut(reasonIn(findings))
    else if (isEmptySkip(draft!)) leaveOut('it skips only products that edge1020 does not have')
    else add(lines.key, comment(source) + ruleText(draft!, lines.lines, rule.enabled !== false))
  }
  const text = SECTIONS.flatMap((key) => {
    const found = sections[key]
    return found === undefined ? [] : [`${key}:\n${found}`]
  })
  return { text: text.length === 0 ? 'rules: []\n' : text.join('\n'), leftOut }
}

/** Cloudflare's own rulesets do not exist here, so a skip that names only these has no effect. */
const isEmptySkip = ({ skip }: Draft): boolean =>
  skip !== undefined && !skip.current && skip.phases.length === 0 && skip.products.length === 0

const HAS_NOTHING = { has: () => false }
const ANY_LISTS = {
  ip: () => HAS_NOTHING,
  int: () => HAS_NOTHING,
  string: () => HAS_NOTHING,
}
