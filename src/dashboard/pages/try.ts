import { BadParameter } from '../../admin/parameter.ts'
import type { RouteRequest } from '../../admin/request.ts'
import { EdgeError } from '../../error.ts'
import type { SecurityEvent } from '../../events/event.ts'
import { titleOf } from '../../toolkit/explanation.ts'
import { parseFrom } from '../../toolkit/from.ts'
import { readEvent, unjudged } from '../../toolkit/requests/event.ts'
import { readRequestText } from '../../toolkit/requests/read.ts'
import type { Trial, TrialRequest } from '../../toolkit/trial.ts'
import type { TrialPhase, TrialRule } from '../../toolkit/trial-phases.ts'
import { actionMark } from '../event-rows.ts'
import { expressionHtml } from '../expression.ts'
import { countryName } from '../format.ts'
import { formOf } from '../forms.ts'
import { frame } from '../frame.ts'
import type { House } from '../house.ts'
import { type Html, html } from '../html.ts'
import type { Made } from '../page.ts'
import { asCurl } from '../take-away.ts'
import { ACTION_DONE } from '../words.ts'

interface Asked {
  readonly text: string
  readonly from: string
}

const EXAMPLE = 'https://shop.test/'

const form = ({ text, from }: Asked, names: readonly string[]): Html =>
  html`<form class="card try" method="post" action="/try">
<label>Request <textarea name="request" rows="4" required spellcheck="false" autocomplete="off" placeholder="A URL, a curl command, a HAR file, or GET /path HTTP/1.1 with its headers">
${text}</textarea></label>
<label>As visitor <input name="from" list="visitors" value="${from}" placeholder="a test visitor, or ip=192.0.2.1, country=DE, asn=24940" autocomplete="off" spellcheck="false"></label>
<datalist id="visitors">${names.map((name) => html`<option value="${name}">`)}</datalist>
<button>Judge</button></form>`

const OUTCOMES: Readonly<Record<string, string>> = {
  matched: 'matched',
  'not-matched': 'no match',
  counts: 'counts',
  skipped: 'skipped',
  'not-reached': 'not reached',
  disabled: 'off',
  ran: '',
  empty: 'no rules',
}

const shown = (value: unknown): string =>
  value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value)).slice(0, 300)

const ruleItem = ({ rule, outcome, reason, place, decisive }: TrialRule): Html => {
  const parts = decisive()
  return html`<li class="step ${outcome}"><details${outcome === 'matched' && html` open`}><summary><span class="outcome">${OUTCOMES[outcome]}</span> <b>${rule.name}</b> ${actionMark(rule.action)}${reason !== undefined && html` <span class="faint">${reason}</span>`}</summary>${expressionHtml(
    rule.expression.source,
    outcome === 'matched' ? parts.map(({ expression }) => expression) : []
  )}${parts.length > 0 && html`<ul class="because">${parts.map(({ field, value, expression }) => html`<li><code>${field}</code> is <code class="value">${shown(value)}</code>, so <code>${expression}</code></li>`)}</ul>`}<code class="faint">${place}</code></details></li>`
}

const phaseItem = ({ name, outcome, reason, rules }: TrialPhase): Html | false =>
  outcome !== 'empty' &&
  html`<section class="card phase"><h2>${titleOf(name)}<span class="faint">${OUTCOMES[outcome]}${reason !== undefined && ` ${reason}`}</span></h2><ol>${rules.map(ruleItem)}</ol></section>`

const verdict = (trial: Trial, notes: readonly string[]): Html => {
  const { action, status, code, rule, context } = trial
  const { visitor } = context
  const done = action === 'pass' ? 'Passes' : (ACTION_DONE[action] ?? action)
  return html`<section class="card verdict"><p class="big"><span class="verb is-${action}">${done}</span>${rule !== undefined && html` by <b>${rule.name}</b>`}</p>
<p class="faint">${status === undefined ? 'The origin answers.' : `Status ${status}${code === 0 ? '' : `, code ${code}`}.`} Judged as <code>${visitor.ipText || 'no address'}</code>, ${countryName(visitor.country)}${visitor.asn !== 0 && `, AS${visitor.asn} ${visitor.asnName}`}.</p>${notes.length > 0 && html`<ul class="notes faint">${notes.map((note) => html`<li>Note: ${note}.</li>`)}</ul>`}</section>`
}

const vantage = (house: House, request: TrialRequest): Html => {
  const { desk, personas = [] } = house
  const trials = desk!.trials(house.edge.ruleset)
  const rows = personas.map((as) => {
    const trial = trials.run({ ...request, headers: hostOf(request), from: { as } })
    const { action, rule, context } = trial
    const { country, asn, asnName } = context.visitor
    return html`<tr><td>${as}</td><td><span class="code">${country}</span>${asn !== 0 && `AS${asn} ${asnName}`}</td><td>${action === 'pass' ? html`<span class="action is-skip">Pass</span>` : actionMark(action)}</td><td>${rule?.name}</td></tr>`
  })
  return html`<details class="card table vantage"><summary><h2>Is it just this visitor?</h2></summary><div class="scroll"><table class="plain"><thead><tr><th scope="col">Test visitor</th><th scope="col">From</th><th scope="col">Verdict</th><th scope="col">Rule</th></tr></thead><tbody>${rows}</tbody></table></div></details>`
}

/** A persona has its own headers. The request adds only its Host. */
const hostOf = ({ headers = [] }: TrialRequest): [string, string][] =>
  (Array.isArray(headers)
    ? (headers as [string, string][])
    : Object.entries(headers as Record<string, string>)
  ).filter(([name]) => name.toLowerCase() === 'host')

const judged = (house: House, request: TrialRequest, notes: readonly string[]): Html => {
  const trials = house.desk!.trials(house.edge.ruleset)
  const trial = trials.run(request)
  return html`${verdict(trial, notes)}${trial.phases.map(phaseItem)}${vantage(house, request)}`
}

const page = (house: House, asked: Asked, result: Html | false, problem?: string): Html =>
  frame(house, {
    title: 'Try a request',
    section: 'try',
    main: html`${form(asked, house.personas ?? [])}${problem !== undefined && html`<p class="problem" role="alert">${problem}</p>`}${result}`,
  })

const WITHOUT = 'This edge was made by a program: its rules can be tried there'

const fromOf = ({ ip, country, asn }: SecurityEvent): string =>
  [ip !== '' && `ip=${ip}`, `country=${country}`, asn !== 0 && `asn=${asn}`]
    .filter(Boolean)
    .join(',')

/**
 * Shows a form for a request that is not sent. A Ray ID fills in the request of its event, which the current rules
 * judge.
 */
export const tryPage = async (house: House, { query }: RouteRequest): Promise<Made> => {
  if (house.desk === undefined) return page(house, { text: EXAMPLE, from: '' }, false, WITHOUT)
  const ray = query.get('ray')
  if (ray === null) return page(house, { text: EXAMPLE, from: '' }, false)
  const found = await house.edge.store.find(ray)
  if (!found.found) throw new BadParameter(found.message, { parameter: 'ray' })
  const [event] = found.events
  const { request, notes } = readEvent(event)
  const lost = unjudged({ ruleset: house.edge.ruleset })
  const asked = { text: asCurl(event), from: fromOf(event) }
  return page(house, asked, judged(house, request, [...notes, ...lost]))
}

/** Judges the request in the form. Nothing is sent, and nothing changes. */
export const judgeRequest = async (house: House, request: RouteRequest): Promise<Made> => {
  const fields = await formOf(request)
  const asked = { text: fields.get('request') ?? '', from: fields.get('from') ?? '' }
  if (house.desk === undefined) return page(house, asked, false, WITHOUT)
  try {
    const { request: read, notes } = readRequestText(asked.text)
    const from = asked.from.trim() === '' ? {} : { from: parseFrom(asked.from) }
    return page(house, asked, judged(house, { ...read, ...from }, notes))
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    return { status: 400, page: page(house, asked, false, error.message) }
  }
}
