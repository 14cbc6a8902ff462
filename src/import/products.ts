import { readAddress } from '../rules/address.ts'
import type { LanguageOptions } from '../rules/compile.ts'
import { compileText } from '../rules/compile.ts'
import type { Draft } from '../rules/draft.ts'
import type { Findings } from '../rules/findings.ts'
import { compileGenerated } from '../rules/generated.ts'
import type { Place } from '../rules/node.ts'
import { accessExpression, readAccessValue } from '../rules/products/access.ts'
import { agentExpression } from '../rules/products/agents.ts'
import { lockdownExpressions } from '../rules/products/lockdowns.ts'
import {
  checkCharacteristics,
  readCharacteristic,
  readCounting,
} from '../rules/products/rate-limits.ts'
import { quote } from '../rules/quote.ts'
import { urlExpression, urlProblem, urlsExpression } from '../rules/urls.ts'
import { wholeRules } from '../rules/whole.ts'
import type { ImportedRule } from './rule.ts'

// Only programs whose size does not matter import configurations.
wholeRules()

type Made = Pick<Draft, 'expression' | 'parts'>
type Failed = { readonly reason: string }

const DIGITS = /^\d+$/

const access = ({ target, value = '' }: ImportedRule): Made | Failed => {
  const result = readAccessValue(target === 'asn' && DIGITS.test(value) ? `AS${value}` : value)
  if ('problem' in result) return { reason: result.problem!.message }
  const { read } = result
  return { expression: accessExpression(read), parts: { product: 'access', ...read } }
}

const agent = ({ value = '' }: ImportedRule): Made | Failed =>
  value === ''
    ? { reason: 'it has no User-Agent' }
    : { expression: agentExpression(value), parts: { product: 'agent', userAgent: value } }

const lockdown = ({ urls = [], addresses = [], priority }: ImportedRule): Made | Failed => {
  for (const url of urls) {
    const problem = urlProblem(url)
    if (problem !== undefined) return { reason: problem.message }
  }
  const allow: string[] = []
  for (const address of addresses) {
    const read = readAddress(address)
    if (read.kind === 'problem') return { reason: read.problem.message }
    if (read.kind === 'list') return { reason: `\`${address}\` is not an address` }
    allow.push(read.item)
  }
  if (urls.length === 0) return { reason: 'it has no URLs' }
  if (allow.length === 0) return { reason: 'it allows no address: expected at least one' }
  const { expression, locked } = lockdownExpressions(urls, allow)
  const own = { urls, allow, locked, ...(priority === undefined ? {} : { priority }) }
  return { expression, parts: { product: 'lockdown', ...own } }
}

/** The earlier product matches by URL and method, and counts by address. */
const oldLimitExpression = ({ url = '*', methods = [], bypass = [] }: ImportedRule): string => {
  const every = methods.length === 0 || methods.includes('_ALL_')
  const tests = [
    url === '*' ? 'true' : urlExpression(url),
    ...(every ? [] : [`http.request.method in {${methods.map(quote).join(' ')}}`]),
    ...(bypass.length === 0 ? [] : [`not (${urlsExpression(bypass)})`]),
  ].filter((test) => test !== 'true')
  return tests.length === 0 ? 'true' : tests.join(' and ')
}

/** The expression that counts, where the status of the response decides about it. */
const oldCounting = (rule: ImportedRule): string | undefined => {
  const { statuses = [] } = rule
  if (statuses.length === 0) return undefined
  const matching = oldLimitExpression(rule)
  const status = `http.response.code in {${statuses.join(' ')}}`
  return matching === 'true' ? status : `${matching} and ${status}`
}

const rateLimit = (
  rule: ImportedRule,
  place: Place,
  options: LanguageOptions,
  findings: Findings
): Made | Failed => {
  const { characteristics = [], threshold, requests = threshold, period, timeout = 0 } = rule
  if (period === undefined) return { reason: 'it has no period' }
  if (requests === undefined) return { reason: 'it has no number of requests' }
  const text = (value: string) => ({
    value,
    place: { ...place, span: () => place.span(), part: () => undefined },
  })
  const by = (threshold === undefined ? characteristics : ['ip.src']).flatMap(
    (source) => readCharacteristic(text(source), options, findings) ?? []
  )
  checkCharacteristics(by, (message) => findings.warn(place, 'not_on_cloudflare', message))
  const counting = rule.counting_expression ?? oldCounting(rule)
  const countingExpression =
    counting === undefined ? undefined : readCounting(text(counting), options, findings)
  const { expression } = rule
  return {
    expression:
      expression === undefined
        ? compileGenerated(oldLimitExpression(rule))
        : compileText({ value: expression, place }, options, findings),
    parts: {
      product: 'rateLimit',
      characteristics: by,
      period,
      requestsPerPeriod: requests,
      mitigationTimeout: timeout,
      ...(countingExpression === undefined ? {} : { countingExpression }),
      requestsToOrigin: rule.requests_to_origin ?? false,
    },
  }
}

/** The rule for an imported rule of any product, or the reason why there is none. */
export const productOf = (
  rule: ImportedRule,
  place: Place,
  options: LanguageOptions,
  findings: Findings
): Made | Failed => {
  if (rule.product === 'access') return access(rule)
  if (rule.product === 'ua') return agent(rule)
  if (rule.product === 'lockdown') return lockdown(rule)
  if (rule.product === 'ratelimit') return rateLimit(rule, place, options, findings)
  const { expression: value = '' } = rule
  return {
    expression: compileText({ value, place }, options, findings),
    parts: { product: 'custom' },
  }
}
