import { EdgeError } from '../error.ts'
import { fieldFacts } from '../language/fields.ts'
import { KIND_NAMES } from '../lists/kind.ts'
import type { RuleDesk } from './desk.ts'
import { countryName } from './format.ts'
import type { Holding, Sought } from './held.ts'
import { holds } from './held.ts'
import type { House } from './house.ts'
import { type Html, html } from './html.ts'
import { hrefOf, including } from './look.ts'

type Row = readonly [name: string, value: Html | string]

const NO_PLACE = { city: '', region: '' }

/** Returns true if a rule reads city data, which is then loaded. A look-up never loads it: the file has 148 MB. */
const readsPlaces = ({ edge: { ruleset } }: House): boolean =>
  ruleset.fields.some((field) => fieldFacts.get(field)?.source === 'place')

/** Returns the data about an address, and the address's AS number. */
const factsOf = (house: House, desk: RuleDesk, ip: string): { rows: Row[]; asn: number } => {
  const { context } = desk.trials(house.edge.ruleset).run({ from: { ip } })
  const { visitor } = context
  const { country, asn, asnName, reputation } = visitor
  const { city: town, region } = readsPlaces(house) ? visitor.place : NO_PLACE
  const city = [town, region].filter((text) => text !== '').join(', ')
  const rows: Row[] = [
    ['Country', html`<span class="code">${country}</span>${countryName(country)}`],
    ...(city === '' ? [] : [['City', city] as const]),
    ['Network', asn === 0 ? 'unknown' : html`<span class="code">AS${asn}</span>${asnName}`],
    [
      'Reputation',
      reputation.lists.length === 0
        ? 'on no feed'
        : `score ${reputation.score}, on ${reputation.lists.join(', ')}`,
    ],
    ['Verified bot', context.field('cf.client.bot') === true ? 'yes' : 'no, by its address alone'],
  ]
  return { rows, asn }
}

const placeOf = (file: string, line: number): string => (line === 0 ? file : `${file}:${line}`)

/** Returns the lists that active rules use and no document fills. A feed or an option of the edge fills them. */
const otherLists = ({ edge: { ruleset } }: House, own: readonly Holding[]): string[] => {
  const used = [ruleset, ...ruleset.zones.map((zone) => zone.ruleset)].flatMap(({ lists }) => lists)
  return [...new Set(used)].filter((name) => own.every((list) => list.name !== name))
}

const listRows = (
  own: readonly Holding[],
  others: readonly string[]
): { held: Html[]; without: string[] } => ({
  held: [
    ...own.flatMap(({ name, kind, entry }) =>
      entry === undefined
        ? []
        : html`<tr><td><code>$${name}</code></td><td><code>${entry.text}</code></td><td>${placeOf(entry.file, entry.line)}</td><td>${KIND_NAMES[kind]}</td></tr>`
    ),
    ...others.map(
      (name) =>
        html`<tr><td><code>$${name}</code></td><td></td><td>a feed, or an option of the edge</td><td></td></tr>`
    ),
  ],
  without: own.flatMap(({ name, entry }) => (entry === undefined ? name : [])),
})

/** Shows the lists that contain the sought value, each with its entry, and the names of the other lists. */
const listsPart = async (house: House, desk: RuleDesk, sought: Sought): Promise<Html> => {
  let own: readonly Holding[]
  try {
    own = await desk.held(sought)
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    return html`<div class="problem" role="alert"><p>The lists cannot be read now. The edge judges with the lists that it read before.</p><pre>${error.message}</pre></div>`
  }
  const others = otherLists(house, own)
  const { lists = {} } = desk
  const filled = others.filter((name) => holds(lists, name, sought))
  const { held, without } = listRows(own, filled)
  const missing = [...without, ...others.filter((name) => !filled.includes(name))]
  const table = html`<div class="scroll" tabindex="0"><table class="plain lists"><thead><tr><th scope="col">List</th><th scope="col">Entry</th><th scope="col">Stands at</th><th scope="col">Kind</th></tr></thead><tbody>${held}</tbody></table></div>`
  const names = missing.map((name, i) => html`${i > 0 && ', '}<code>$${name}</code>`)
  return html`${held.length > 0 ? table : html`<p class="faint">No list holds it.</p>`}${missing.length > 0 && html`<p class="faint">Not in ${names}.</p>`}`
}

/** Shows the known facts about an address, an AS number or a host name: its data, and the lists that contain it. */
export const lookUp = async (
  house: House,
  text: string,
  sought: Sought
): Promise<Html | undefined> => {
  const { desk } = house
  if (desk === undefined) return undefined
  const { ip } = sought
  const { rows, asn } =
    ip === undefined ? { rows: [], asn: sought.asn ?? 0 } : factsOf(house, desk, ip)
  const lists = await listsPart(house, desk, asn === 0 ? sought : { ...sought, asn })
  const where = ip === undefined ? (sought.asn === undefined ? undefined : 'asn') : 'ip'
  const value = ip ?? String(sought.asn ?? '')
  const events =
    where !== undefined &&
    html`<a class="quiet" href="${hrefOf('/events', { where: including([], where, value), since: '30d' })}">Events</a>`
  return html`<section class="card table"><h2><code>${text}</code>${events}</h2>${rows.length > 0 && html`<dl class="facts">${rows.map(([name, fact]) => html`<div><dt>${name}</dt><dd>${fact}</dd></div>`)}</dl>`}${lists}</section>`
}
