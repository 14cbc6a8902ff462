import type { Draft } from '../rules/draft.ts'
import type { ListDraft } from '../rules/products/lists.ts'
import type { ImportedRule, LeftOut } from './rule.ts'

const facts = (draft: Draft): Partial<ImportedRule> & Pick<ImportedRule, 'product'> => {
  const { parts, expression, action, response, skip } = draft
  const ruled = {
    expression: expression?.source ?? '',
    action: action ?? 'block',
    ...(response === undefined
      ? {}
      : {
          response: {
            ...(response.status === undefined ? {} : { status: response.status }),
            ...(response.content === undefined ? {} : { content: response.content }),
            ...(response.contentType === undefined ? {} : { content_type: response.contentType }),
          },
        }),
  }
  switch (parts?.product) {
    case 'access':
      return { product: 'access', target: parts.target, value: parts.value, action: ruled.action }
    case 'agent':
      return { product: 'ua', target: 'ua', value: parts.userAgent, action: ruled.action }
    case 'lockdown':
      return {
        product: 'lockdown',
        urls: parts.urls,
        addresses: parts.allow,
        ...(parts.priority === undefined ? {} : { priority: parts.priority }),
      }
    case 'rateLimit':
      return {
        product: 'ratelimit',
        ...ruled,
        characteristics: parts.characteristics.map(({ source }) => source),
        period: parts.period,
        ...(parts.requestsPerPeriod === undefined ? {} : { requests: parts.requestsPerPeriod }),
        timeout: parts.mitigationTimeout,
        ...(parts.countingExpression === undefined
          ? {}
          : { counting_expression: parts.countingExpression.source }),
        requests_to_origin: parts.requestsToOrigin,
      }
    default:
      return {
        product: 'custom',
        ...ruled,
        ...(ruled.action === 'skip'
          ? {
              skip: skip ?? {
                current: true,
                phases: [],
                products: [],
                rulesets: [],
                logs: true,
              },
            }
          : {}),
      }
  }
}

const sourceOf = ({ place }: Pick<Draft, 'place'>): string => {
  const { file = '', line } = place.span()
  return place.path ?? `${file}:${line}`
}

const lacking = ({ page, parts }: Draft): string | undefined => {
  if (page !== undefined) return 'this format has no pages: the rule gets Cloudflare’s own'
  const scored = parts?.product === 'rateLimit' && parts.scorePerPeriod !== undefined
  return scored ? 'this format has no reputation scores' : undefined
}

/** Rules and lists of edge1020's own documents as imported ones, and the parts that Cloudflare cannot express. */
export const ownRules = (
  drafts: readonly Draft[],
  lists: readonly ListDraft[]
): { rules: readonly ImportedRule[]; leftOut: readonly LeftOut[] } => ({
  rules: [
    ...lists.map(
      (list): ImportedRule => ({
        product: 'list',
        name: list.name,
        kind: list.kind,
        items: list.size,
        entries: (list.items ?? []).map((item) => ({ value: String(item) })),
        source: sourceOf(list),
      })
    ),
    ...drafts.map(
      (draft): ImportedRule => ({
        ...facts(draft),
        name: draft.name,
        ...(draft.id === undefined ? {} : { id: draft.id }),
        enabled: draft.enabled,
        source: sourceOf(draft),
      })
    ),
  ],
  leftOut: drafts.flatMap((draft) => {
    const reason = lacking(draft)
    return reason === undefined ? [] : [{ source: sourceOf(draft), what: draft.name, reason }]
  }),
})
