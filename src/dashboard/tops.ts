import type { TopRow } from '../events/query.ts'
import type { Counted, Counting } from './counts.ts'
import { count, countryName, share } from './format.ts'
import { type Html, html, type Part } from './html.ts'
import { icon } from './icons.ts'
import type { Look } from './look.ts'
import { excluding, givenBy, hrefOf, including } from './look.ts'
import { ACTION_NAMES, FIELD_NAMES, SOURCE_NAMES } from './words.ts'

/** One list of the most frequent values. */
export interface TopList {
  readonly title: string
  /** The fields of a value. A click filters by the first field. The second field is the value's name. */
  readonly by: readonly [string, ...string[]]
  readonly shown: (values: readonly (string | number)[]) => Part
}

const NONE = html`<i>none</i>`
const text = ([value]: readonly (string | number)[]): Part => (value === '' ? NONE : value)

export const TOPS = {
  action: {
    title: 'Actions',
    by: ['action'],
    shown: ([action]) =>
      html`<span class="key fill-${action!}"></span>${ACTION_NAMES[String(action)] ?? String(action)}`,
  },
  rule: {
    title: 'Rules',
    by: ['rule.id', 'rule.name'],
    shown: ([id, name]) => (name !== '' ? name : id === '' ? html`<i>no rule</i>` : id),
  },
  source: {
    title: 'Products',
    by: ['source'],
    shown: ([source]) => SOURCE_NAMES[String(source)] ?? source,
  },
  country: {
    title: 'Countries',
    by: ['country'],
    shown: ([code]) => html`<span class="code">${code}</span>${countryName(String(code))}`,
  },
  network: {
    title: 'Networks',
    by: ['asn', 'asnName'],
    shown: ([asn, name]) =>
      asn === 0 ? html`<i>unknown</i>` : html`<span class="code">AS${asn}</span>${name}`,
  },
  ip: { title: 'Addresses', by: ['ip'], shown: (values) => html`<code>${text(values)}</code>` },
  userAgent: { title: 'User agents', by: ['userAgent'], shown: text },
  path: { title: 'Paths', by: ['path'], shown: (values) => html`<code>${text(values)}</code>` },
  host: { title: 'Hosts', by: ['host'], shown: text },
  method: { title: 'Methods', by: ['method'], shown: text },
  ja4: { title: 'JA4', by: ['ja4'], shown: (values) => html`<code>${text(values)}</code>` },
} as const satisfies Record<string, TopList>

export type TopName = keyof typeof TOPS

/** A missing address cannot be a filter. */
const isAskable = (field: string, value: string | number) => !(field === 'ip' && value === '')

const rowOf = (
  { by, shown }: TopList,
  look: Look,
  path: string,
  { values, count: number }: TopRow,
  most: number,
  total: number
): Html => {
  const [field] = by
  const value = values[0]!
  const given = givenBy(look)
  const to = (where: Look['where']) => hrefOf(path, { ...given, where })
  const label = String(values[1] || value || 'none')
  const width = Math.max(1, Math.round((number / most) * 100))
  const bar = html`<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="1"/></svg>`
  const counted = html`<span class="n" title="${share(number, total)}">${count(number)}</span>`
  return isAskable(field, value)
    ? html`<li>${bar}<a class="v" href="${to(including(look.where, field, value))}" title="${label}">${shown(values)}</a><a class="not" href="${to(excluding(look.where, field, value))}" aria-label="Exclude ${label}" title="Exclude">${icon('exclude')}</a>${counted}</li>`
    : html`<li>${bar}<span class="v">${shown(values)}</span>${counted}</li>`
}

const LIMIT = 6

/** Shows a list of the most frequent values. Each value is a filter. */
export const topList = (
  name: TopName,
  look: Look,
  counted: Counted<TopRow[]>,
  path = '/events'
): Html => {
  const top: TopList = TOPS[name]
  const headline = html`<h2>${top.title}</h2>`
  const id = `top-${name}`
  if (counted.state === 'failed') {
    return html`<section class="top" id="${id}">${headline}<p class="faint">${counted.message}</p></section>`
  }
  if (counted.state === 'counting') {
    return html`<section class="top" id="${id}">${headline}<p class="counting">Counting</p></section>`
  }
  const rows = counted.value.slice(0, LIMIT)
  const total = counted.value.reduce((sum, row) => sum + row.count, 0)
  const most = rows[0]?.count ?? 1
  return html`<section class="top" id="${id}">${headline}${
    rows.length === 0
      ? html`<p class="faint">Nothing</p>`
      : html`<ol>${rows.map((row) => rowOf(top, look, path, row, most, total))}</ol>`
  }</section>`
}

const ASKED = 50

/** Queries several lists at once. */
export const askTops = async <Name extends TopName>(
  names: readonly Name[],
  counting: Counting,
  look: Look
): Promise<Record<Name, Counted<TopRow[]>>> => {
  const counted = await Promise.all(
    names.map((name) => counting.top({ ...look.selection, by: [...TOPS[name].by], limit: ASKED }))
  )
  return Object.fromEntries(names.map((name, i) => [name, counted[i]!])) as Record<
    Name,
    Counted<TopRow[]>
  >
}

export const fieldName = (field: string): string => FIELD_NAMES[field] ?? field
