import type { Condition } from '../events/query.ts'
import { countryName } from './format.ts'
import { type Html, html } from './html.ts'
import { icon } from './icons.ts'
import type { Look } from './look.ts'
import { givenBy, hrefOf, SPANS } from './look.ts'
import { ACTION_NAMES, FIELD_NAMES, OPERATOR_NAMES } from './words.ts'

const SPAN_NAMES: Readonly<Record<string, string>> = {
  '15m': '15 min',
  '1h': '1 hour',
  '6h': '6 hours',
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
}

/** The picker of the time range. */
export const spanPicker = (path: string, look: Look): Html => {
  const own =
    look.since !== undefined && !SPANS.some((one) => one === look.since) ? look.since : undefined
  const fixed = look.since === undefined
  const { where, text } = look
  return html`<nav class="spans" aria-label="Time span"><ul>${SPANS.map(
    (since) =>
      html`<li><a href="${hrefOf(path, { where, text, since })}"${since === look.since && html` aria-current="true"`}>${SPAN_NAMES[since]}</a></li>`
  )}${own !== undefined && html`<li><a aria-current="true" href="${hrefOf(path, look)}">${own}</a></li>`}${fixed && html`<li><a aria-current="true" href="${hrefOf(path, givenBy(look))}">Chosen time</a></li>`}</ul></nav>`
}

const shownValue = (field: string, value: string): string => {
  if (value === '') return 'nothing'
  if (field === 'action') return ACTION_NAMES[value] ?? value
  if (field === 'country') return countryName(value)
  return field === 'asn' ? `AS${value}` : value
}

const shownValues = ({ field, value }: Condition): string =>
  (Array.isArray(value) ? value : [value]).map((one) => shownValue(field, String(one))).join(' or ')

/** Fields that the form for a new filter offers. */
const OFFERED = [
  'ip',
  'path',
  'userAgent',
  'host',
  'zone',
  'query',
  'method',
  'country',
  'asn',
  'asnName',
  'rule.name',
  'action',
  'status',
  'ja4',
  'protocol',
]
const OFFERED_OPERATORS = ['contains', 'is', 'isNot', 'startsWith', 'inNetwork', 'greater', 'less']

const hidden = (look: Look): Html[] =>
  [...new URLSearchParams(hrefOf('', givenBy(look)).replace(/^\?/, ''))].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`
  )

/** The filters of a page, with links to remove each and a form to add one. */
export const filterBar = (path: string, look: Look): Html => {
  const given = givenBy(look)
  const chips = look.where.map((condition, i) => {
    const rest = hrefOf(path, { ...given, where: look.where.filter((_, at) => at !== i) })
    const isNot = condition.operator === 'isNot'
    const words = `${FIELD_NAMES[condition.field] ?? condition.field} ${OPERATOR_NAMES[condition.operator]} ${shownValues(condition)}`
    return html`<li class="chip${isNot ? ' not' : ''}"><span>${FIELD_NAMES[condition.field] ?? condition.field} <em>${OPERATOR_NAMES[condition.operator]}</em> <b>${shownValues(condition)}</b></span><a href="${rest}" aria-label="Remove the filter ${words}">${icon('close')}</a></li>`
  })
  const textChip =
    look.text !== undefined &&
    html`<li class="chip"><span>Text <em>contains</em> <b>${look.text}</b></span><a href="${hrefOf(path, { ...given, text: undefined })}" aria-label="Remove the filter on text">${icon('close')}</a></li>`
  const hasAny = look.where.length > 0 || look.text !== undefined
  return html`<div class="filters" id="filters"><ul>${chips}${textChip}<li><details class="add"><summary>${icon('filter')} Filter</summary>
<form method="get" action="${path}">${hidden(look)}
<label>Field <select name="field">${OFFERED.map((field) => html`<option value="${field}">${FIELD_NAMES[field]}</option>`)}</select></label>
<label>Operator <select name="operator">${OFFERED_OPERATORS.map((operator) => html`<option value="${operator}">${OPERATOR_NAMES[operator]}</option>`)}</select></label>
<label>Value <input name="value" required autocomplete="off" spellcheck="false"></label>
<button>Add</button></form></details></li>${hasAny && html`<li><a class="quiet" href="${hrefOf(path, { ...given, where: [], text: undefined })}">Clear</a></li>`}</ul></div>`
}
