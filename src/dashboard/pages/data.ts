import { BadParameter } from '../../admin/parameter.ts'
import type { RouteRequest } from '../../admin/request.ts'
import { KIND_NAMES } from '../../lists/kind.ts'
import type { OwnList } from '../../rules/products/lists.ts'
import type { Ruleset } from '../../rules/rule.ts'
import { exact } from '../format.ts'
import { frame } from '../frame.ts'
import { readSought } from '../held.ts'
import type { House } from '../house.ts'
import { type Html, html } from '../html.ts'
import { icon } from '../icons.ts'
import { lookUp } from '../look-up.ts'
import { DATA_ROLES } from '../words.ts'

/** Returns the lists that documents and their zones fill. */
const filledLists = ({ ownLists, zones }: Ruleset): readonly OwnList[] => [
  ...new Map(
    [...ownLists, ...zones.flatMap(({ ruleset }) => ruleset.ownLists)].map((list) => [
      `${list.file}:${list.line} ${list.name}`,
      list,
    ])
  ).values(),
]

/** Shows each list with its number of entries, its place and its use by rules. */
const listCard = (ruleset: Ruleset): Html => {
  const filled = filledLists(ruleset)
  const used = new Set(
    [ruleset, ...ruleset.zones.map((zone) => zone.ruleset)].flatMap(({ lists }) => lists)
  )
  const others = [...used].filter((name) => filled.every((list) => list.name !== name))
  if (filled.length + others.length === 0) {
    return html`<section class="card"><h2>Lists</h2><p class="faint">The documents fill no list, and no rule in force refers to one.</p></section>`
  }
  const row = (name: string, kind: string, entries: string, source: string) =>
    html`<tr><td><code>$${name}</code></td><td>${kind}</td><td>${entries}</td><td>${source}</td><td>${used.has(name) ? 'yes' : 'no'}</td></tr>`
  const rows = [
    ...filled.map(({ name, kind, size, file, line, from }) =>
      row(name, KIND_NAMES[kind], exact(size), from ?? (line === 0 ? file : `${file}:${line}`))
    ),
    ...others.map((name) => row(name, '', '', 'a feed, or an option of the edge')),
  ]
  return html`<section class="card table"><h2>Lists</h2><div class="scroll" tabindex="0"><table class="plain lists"><thead><tr><th scope="col">List</th><th scope="col">Kind</th><th scope="col">Entries</th><th scope="col">Filled by</th><th scope="col">Used by a rule</th></tr></thead><tbody>${rows}</tbody></table></div></section>`
}

/** Shows the data about visitors, its sources and its age. */
export const dataPage = async (house: House, { query }: RouteRequest): Promise<Html> => {
  const parameter = query.has('ip') ? 'ip' : 'q'
  const text = query.get(parameter)?.trim() ?? ''
  const sought = text === '' ? undefined : readSought(text)
  if (text !== '' && sought === undefined) {
    throw new BadParameter(
      `${parameter}: expected an address, such as 192.0.2.1, a network, such as AS64496, or a host name`,
      { parameter }
    )
  }
  const facts = house.facts()
  const main = html`<form class="card ask" method="get" action="/data"><label>Address, AS number or host name <input name="q" value="${text}" placeholder="192.0.2.1" required autocomplete="off" spellcheck="false"></label><button>Look it up</button></form>
${sought !== undefined && (await lookUp(house, text, sought))}
<section class="card"><h2>Data</h2>${
    facts.length === 0
      ? html`<p class="faint">The program that made this edge knows its data.</p>`
      : html`<ul class="states">${facts.map(
          ({ role, text, name, warning }) =>
            html`<li class="${warning === undefined ? 'well' : 'ill'}">${icon(warning === undefined ? 'check' : 'warn')}<div><b>${DATA_ROLES[role] ?? role}</b> <span>${text ?? name}</span>${warning !== undefined && html`<p>${warning}</p>`}</div></li>`
        )}</ul>`
  }</section>
${listCard(house.edge.ruleset)}`
  return frame(house, { title: 'Lists and data', section: 'data', main })
}
