import type { RouteRequest } from '../../admin/request.ts'
import type { SecurityEvent } from '../../events/event.ts'
import { testOfEvent } from '../../rule-tests/write.ts'
import { answerCode } from '../answer.ts'
import { actionMark, eventTable } from '../event-rows.ts'
import { expressionHtml } from '../expression.ts'
import { ago, clock, countryName } from '../format.ts'
import { frame } from '../frame.ts'
import type { House } from '../house.ts'
import { type Html, html, type Part } from '../html.ts'
import { hrefOf, including } from '../look.ts'
import type { Made } from '../page.ts'
import { ruleAnchor, zoneOfRule } from '../rule-of-event.ts'
import { asCurl, asMail } from '../take-away.ts'
import { ACTION_DONE, SOURCE_NAMES } from '../words.ts'

const OTHERS = 8
const MONTH = '30d'

type Row = readonly [label: string, value: Part]

const rows = (list: readonly (Row | false)[]): Html =>
  html`<dl class="facts">${list
    .filter((row) => row !== false)
    .map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`

const filterLink = (field: string, value: string | number, shown: Part): Html =>
  html`<a href="${hrefOf('/events', { where: including([], field, value), since: MONTH })}">${shown}</a>`

const whoOf = (event: SecurityEvent): Html => {
  const { ip, country, asn, asnName, userAgent, reputation, bot, ja3, ja4 } = event
  return rows([
    ['Address', ip === '' ? 'none' : filterLink('ip', ip, html`<code>${ip}</code>`)],
    [
      'Country',
      filterLink(
        'country',
        country,
        html`<span class="code">${country}</span>${countryName(country)}`
      ),
    ],
    [
      'Network',
      asn === 0
        ? 'unknown'
        : filterLink('asn', asn, html`<span class="code">AS${asn}</span>${asnName}`),
    ],
    [
      'User agent',
      userAgent === '' ? html`<i>none</i>` : filterLink('userAgent', userAgent, userAgent),
    ],
    bot !== undefined && [
      'Bot',
      `score ${bot.score}${bot.verified ? ', verified' : ''}${bot.category === undefined ? '' : `, ${bot.category}`}`,
    ],
    reputation !== undefined && [
      'Reputation',
      `score ${reputation.score}, on ${reputation.lists.join(', ')}`,
    ],
    ja4 !== undefined && ['JA4', filterLink('ja4', ja4, html`<code>${ja4}</code>`)],
    ja3 !== undefined && ['JA3', filterLink('ja3', ja3, html`<code>${ja3}</code>`)],
  ])
}

const whatOf = (event: SecurityEvent): Html => {
  const { time, method, scheme, host, path, query, protocol, status, notes, source } = event
  const { phasePath, zone, referer } = event
  return rows([
    ['Time', html`<time datetime="${time}">${clock(time)}${time.slice(19, 23)} UTC</time>`],
    ['Request', html`<code>${method} ${path}${query}</code>`],
    ['Host', html`<code>${host}</code>`],
    zone !== undefined && ['Zone', filterLink('zone', zone, html`<code>${zone}</code>`)],
    ['Protocol', `${scheme}, ${protocol}`],
    ['Answer', status === 0 ? 'from the origin' : `${status} from the edge`],
    ['Product', SOURCE_NAMES[source] ?? source],
    phasePath !== undefined && ['Phases', phasePath],
    referer !== undefined && [
      'Referer',
      html`<code>${referer.scheme}${referer.host && `://${referer.host}`}${referer.path}${referer.query}</code>`,
    ],
    notes.length > 0 && [
      'Notes',
      html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`,
    ],
  ])
}

const MAX_VALUE = 2_000
const shownValue = (value: unknown): string => {
  const text =
    value === undefined || value === null ? 'missing' : (JSON.stringify(value) ?? 'missing')
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text
}

const WHY: Readonly<Record<string, string>> = {
  challenge: 'The visitor answered a challenge.',
  origin_error: 'The request passed all rules, and the origin failed.',
  zone_error: 'The rules declare zones, and none has this host.',
}

const whyOf = (event: SecurityEvent, house: House): Html => {
  const { rule, expression, matched, rateLimit } = event
  if (!isOfRule(event)) {
    return html`<section class="card why" aria-labelledby="why"><h2 id="why">Why</h2><p>${WHY[event.kind] ?? event.kind}</p></section>`
  }
  const found = house.ruleOf(event)
  const name = rule.name || rule.id
  return html`<section class="card why" aria-labelledby="why"><h2 id="why">Why: ${found === undefined ? name : html`<a href="/rules#${ruleAnchor(found, zoneOfRule(found, house.edge.ruleset))}">${name}</a>`}</h2>
<p class="faint">${rule.source !== undefined && html`<code>${rule.source}</code> · `}The marked parts are true of this request${found === undefined && html`. <b>No rule in force has the id “${rule.id}” now</b>`}</p>
${expressionHtml(
  expression,
  matched.map((part) => part.expression)
)}
${
  matched.length > 0 &&
  html`<div class="scroll"><table class="matched"><thead><tr><th scope="col">Field</th><th scope="col">Value</th><th scope="col">True because</th></tr></thead><tbody>${matched.map(
    (part) =>
      html`<tr><td><code>${part.field}</code></td><td><code class="value">${shownValue(part.value)}</code></td><td><code>${part.expression}</code></td></tr>`
  )}</tbody></table></div>`
}${
  rateLimit !== undefined &&
  html`<p>Request ${rateLimit.count} of ${rateLimit.limit} in ${rateLimit.period} seconds, counted by ${rateLimit.key.map(({ characteristic }) => characteristic).join(', ')}.</p>`
}</section>`
}

/** Events of earlier versions have no kind. */
const isOfRule = ({ kind = 'firewall' }: SecurityEvent): boolean => kind === 'firewall'

/** The first sentence of the page. */
const headline = (event: SecurityEvent, nowMs: number): Html => {
  const { action, method, host, path, ip, country, asnName, time, ray, colo } = event
  const from = [countryName(country), asnName].filter(Boolean).join(', ')
  return html`<div class="title event"><p class="crumbs"><a href="/events">Events</a></p>
<h1><span class="verb is-${action}">${ACTION_DONE[action] ?? action}</span> <code>${method} ${host}${path}</code></h1>
<p class="lead">from <code>${ip || 'an unknown address'}</code> (${from}), ${ago(time, nowMs)}</p>
<p class="acts">${event.status !== 0 && isOfRule(event) && html`<a class="button" href="/events/${ray}/exception">Let this visitor through</a>`}<a class="quiet" href="/try?ray=${ray}">Judge again</a></p>
<p class="ray"><span>Ray ID</span> <code id="ray">${ray}-${colo}</code><button class="quiet copy" type="button" data-copy="#ray" hidden>Copy</button></p></div>`
}

const copyable = (id: string, title: string, text: string): Html =>
  html`<details class="take"><summary>${title}</summary><div><pre id="${id}" tabindex="0">${text}</pre><button class="quiet copy" type="button" data-copy="#${id}" hidden>Copy</button></div></details>`

const answerOf = (event: SecurityEvent): Html | false => {
  if (event.status === 0) return false
  const code = answerCode(event)
  if (code === undefined) {
    if (!isOfRule(event)) return false
    return html`<section class="card"><h2>As the visitor saw it</h2><p class="faint">A challenge with status ${event.status}. A challenge is made for one request and is not kept.</p></section>`
  }
  const path = `/events/${event.ray}/answer`
  return html`<section class="card seen"><h2>As the visitor saw it</h2><p class="faint">Code ${code}, status ${event.status}. Browsers get the page; programs get <a href="${path}?dialect=json">JSON</a>, <a href="${path}?dialect=markdown">Markdown</a> or <a href="${path}?dialect=text">text</a>.</p><iframe src="${path}" title="The page that the visitor got" sandbox loading="lazy"></iframe></section>`
}

const notFound = (house: House, ray: string, message: string, status: number): Made => ({
  status,
  page: frame(house, {
    title: 'No event with this Ray ID',
    section: 'events',
    searched: ray,
    main: html`<div class="empty card"><p>${message}.</p><p><a class="button" href="/events">All events of the last day</a></p></div>`,
  }),
})

/** One event: the request, its visitor and the reason. */
export const eventPage = async (house: House, { params }: RouteRequest): Promise<Made> => {
  const { store } = house.edge
  const found = await store.find(params.ray!)
  if (!found.found) {
    const status = found.reason === 'malformed' ? 400 : 404
    return notFound(house, params.ray!.slice(0, 100), found.message, status)
  }
  const [event, ...also] = found.events
  const { ip } = event
  const others =
    ip === ''
      ? { events: [] }
      : await store.page({
          where: [{ field: 'ip', operator: 'is', value: ip }],
          limit: OTHERS + found.events.length,
        })
  const shown = others.events.filter(({ ray }) => ray !== event.ray).slice(0, OTHERS)
  const all = hrefOf('/events', { where: including([], 'ip', ip), since: MONTH })
  const main = html`${headline(event, house.now())}
<div class="columns"><div>${whyOf(event, house)}
${
  also.length > 0 &&
  html`<section class="card"><h2>Other rules that matched this request</h2>${also.map(
    (one) =>
      html`<div class="also"><p>${actionMark(one.action)} <b>${one.rule.name || one.rule.id}</b> <span class="faint">${SOURCE_NAMES[one.source] ?? one.source}</span></p>${expressionHtml(
        one.expression,
        one.matched.map((part) => part.expression)
      )}</div>`
  )}</section>`
}${answerOf(event)}</div>
<div><section class="card"><h2>Who</h2>${whoOf(event)}</section>
<section class="card"><h2>What</h2>${whatOf(event)}</section>
<section class="card"><h2>Take it with you</h2>${copyable('curl', 'As curl', asCurl(event))}${isOfRule(event) && html`${copyable('mail', 'As an answer to the visitor', asMail(event))}${copyable('test', 'As a rule test', testOfEvent(event))}`}${copyable('json', 'As JSON', JSON.stringify(event, undefined, 2))}</section></div></div>
<section class="card table"><h2>${shown.length === 0 ? 'No other events of this address' : html`Other events of this address <a class="quiet" href="${all}">All</a>`}</h2>${shown.length > 0 && eventTable(shown, `Other events of ${ip}, newest first`)}</section>`
  return frame(house, {
    title:
      `${ACTION_DONE[event.action] ?? event.action} ${event.method} ${event.host}${event.path}`.slice(
        0,
        80
      ),
    section: 'events',
    searched: event.ray,
    ownTitle: true,
    main,
  })
}
