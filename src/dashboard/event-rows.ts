import type { SecurityEvent } from '../events/event.ts'
import { clock, countryName } from './format.ts'
import { type Html, html } from './html.ts'
import { ACTION_NAMES, SHORT_ACTION_NAMES } from './words.ts'

export const actionMark = (action: string): Html =>
  html`<span class="action is-${action}" title="${ACTION_NAMES[action] ?? action}">${SHORT_ACTION_NAMES[action] ?? action}</span>`

const networkOf = ({ asn, asnName }: SecurityEvent): string =>
  asn === 0 ? '' : (asnName ?? `AS${asn}`)

const rowOf = (event: SecurityEvent): Html => {
  const { ray, time, action, rule, method, host, path, query, ip, country, userAgent } = event
  return html`<tr><td class="time"><a href="/events/${ray}"><time datetime="${time}">${clock(time).slice(5)}</time></a></td>
<td>${actionMark(action)}</td>
<td class="rule" title="${rule.name}">${rule.name || rule.id || html`<i>no rule</i>`}</td>
<td class="request" title="${method} ${host}${path}${query}"><code><b>${method}</b> ${path}${query}</code><small>${host}</small></td>
<td class="who"><code>${ip || 'no address'}</code><small title="${countryName(country)}${networkOf(event) && ` · ${networkOf(event)}`}">${country} · ${networkOf(event) || 'network unknown'}</small></td>
<td class="agent" title="${userAgent}">${userAgent || html`<i>none</i>`}</td></tr>`
}

/** A table of events, newest first. */
export const eventTable = (events: readonly SecurityEvent[], caption: string): Html =>
  html`<div class="scroll"><table class="events"><caption class="hidden">${caption}</caption><thead><tr><th scope="col">Time, UTC</th><th scope="col">Action</th><th scope="col">Rule</th><th scope="col">Request</th><th scope="col">Visitor</th><th scope="col">User agent</th></tr></thead><tbody>${events.map(rowOf)}</tbody></table></div>`
