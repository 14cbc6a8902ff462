import { BadParameter } from '../../admin/parameter.ts'
import type { RouteRequest } from '../../admin/request.ts'
import { parseIp } from '../../lists/ip.ts'
import { countryName } from '../format.ts'
import { frame } from '../frame.ts'
import type { House } from '../house.ts'
import { type Html, html } from '../html.ts'
import { icon } from '../icons.ts'
import { hrefOf, including } from '../look.ts'
import { DATA_ROLES } from '../words.ts'

const lookUp = (house: House, ip: string): Html | undefined => {
  if (house.desk === undefined) return undefined
  const { context } = house.desk.trials(house.edge.ruleset).run({ from: { ip } })
  const { country, asn, asnName, reputation } = context.visitor
  const rows: [string, Html | string][] = [
    ['Country', html`<span class="code">${country}</span>${countryName(country)}`],
    ['Network', asn === 0 ? 'unknown' : html`<span class="code">AS${asn}</span>${asnName}`],
    [
      'Reputation',
      reputation.lists.length === 0
        ? 'on no feed'
        : `score ${reputation.score}, on ${reputation.lists.join(', ')}`,
    ],
    ['Verified bot', context.field('cf.client.bot') === true ? 'yes' : 'no, by its address alone'],
  ]
  return html`<section class="card"><h2><code>${ip}</code><a class="quiet" href="${hrefOf('/events', { where: including([], 'ip', ip), since: '30d' })}">Events</a></h2><dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`
}

/** What is known of visitors, from where, and how old that is. */
export const dataPage = async (house: House, { query }: RouteRequest): Promise<Html> => {
  const ip = query.get('ip')?.trim() ?? ''
  if (ip !== '' && parseIp(ip) === undefined) {
    throw new BadParameter(`ip: expected an address, such as 192.0.2.1`, { parameter: 'ip' })
  }
  const facts = house.facts()
  const { lists, ownLists } = house.edge.ruleset
  const used = lists.map((name) => html`<li><code>$${name}</code></li>`)
  const main = html`<form class="card ask" method="get" action="/data"><label>Address <input name="ip" value="${ip}" placeholder="192.0.2.1" required autocomplete="off" spellcheck="false"></label><button>Look it up</button></form>
${ip !== '' && lookUp(house, ip)}
<section class="card"><h2>Data</h2>${
    facts.length === 0
      ? html`<p class="faint">The program that made this edge knows its data.</p>`
      : html`<ul class="states">${facts.map(
          ({ role, text, name, warning }) =>
            html`<li class="${warning === undefined ? 'well' : 'ill'}">${icon(warning === undefined ? 'check' : 'warn')}<div><b>${DATA_ROLES[role] ?? role}</b> <span>${text ?? name}</span>${warning !== undefined && html`<p>${warning}</p>`}</div></li>`
        )}</ul>`
  }</section>
<section class="card"><h2>Lists</h2>${
    used.length === 0
      ? html`<p class="faint">No rule in force refers to a list.</p>`
      : html`<p class="faint">Rules in force refer to these${ownLists.length > 0 && `; the documents fill ${ownLists.length} lists themselves`}:</p><ul class="names">${used}</ul>`
  }</section>`
  return frame(house, { title: 'Lists and data', section: 'data', main })
}
