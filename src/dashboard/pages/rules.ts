import { seeOther } from '../../admin/answer.ts'
import { BadParameter } from '../../admin/parameter.ts'
import type { RouteRequest } from '../../admin/request.ts'
import { EdgeError } from '../../error.ts'
import type { Condition } from '../../events/query.ts'
import type { Finding } from '../../lint/finding.ts'
import type { RulePlace } from '../../rules/edit.ts'
import { moveRule, setEnabled } from '../../rules/edit.ts'
import type { Rule, Ruleset } from '../../rules/rule.ts'
import type { Counted } from '../counts.ts'
import type { RuleDesk, RuleFile } from '../desk.ts'
import { actionMark } from '../event-rows.ts'
import { expressionHtml } from '../expression.ts'
import { ago, count, plural } from '../format.ts'
import { formOf } from '../forms.ts'
import { frame } from '../frame.ts'
import { type HitPlace, hitKey, hitsOf } from '../hits.ts'
import type { House } from '../house.ts'
import { type Html, html, type Part } from '../html.ts'
import { icon } from '../icons.ts'
import { hrefOf, including } from '../look.ts'
import type { Made } from '../page.ts'
import { ruleAnchor } from '../rule-of-event.ts'
import { BUDGET_MS } from './events.ts'

const WEEK_MS = 7 * 86_400_000
/** Counts of a week are cached for an hour. */
const STEP_MS = 3_600_000
/** The time of the last hit is shown for this many rules with the most hits. */
const MAX_NEWEST = 40

interface Product {
  readonly title: string
  /** The zone that owns the rules; absent for rules of the account. */
  readonly zone?: string
  readonly rules: readonly Rule[]
}

/** In the order of evaluation. */
const productsOf = (ruleset: Ruleset): Product[] => {
  const { access, lockdowns, agents, rules, rateLimits, zones } = ruleset
  const own = [
    { title: 'IP Access', rules: access },
    { title: 'Zone Lockdown', rules: lockdowns },
    { title: 'User Agent Blocking', rules: agents },
    { title: 'Custom rules', rules },
    { title: 'Rate limiting', rules: rateLimits },
  ]
  const ofZones = zones.flatMap(({ name, own: zone }) =>
    productsOf({ ...ruleset, ...zone, zones: [] }).map((product) => ({
      ...product,
      title: `${name}: ${product.title}`,
      zone: name,
    }))
  )
  return [...own, ...ofZones].filter((product) => product.rules.length > 0)
}

interface Hits {
  /** The number of events by rule, or by rule and zone. */
  readonly counted: Counted<ReadonlyMap<string, number>>
  /** The time of the newest event, by the same keys. */
  readonly newest: ReadonlyMap<string, string>
}

const placeOf = ({ id }: Rule, zone: string | undefined): HitPlace =>
  zone === undefined ? { id } : { id, zone }

/** Returns the conditions that select a rule's events. Rules of the account have events in every zone. */
const whereOf = (rule: Rule, zone: string | undefined): Condition[] => {
  const ofRule = including([], 'rule.id', rule.id)
  return zone === undefined ? ofRule : including(ofRule, 'zone', zone)
}

const hitsText = (
  { counted, newest }: Hits,
  rule: Rule,
  zone: string | undefined,
  nowMs: number
): Part => {
  if (!rule.enabled) return html`<span class="faint">off</span>`
  if (counted.state !== 'ready') return html`<span class="counting">…</span>`
  const key = hitKey(placeOf(rule, zone))
  const hits = counted.value.get(key) ?? 0
  if (hits === 0) return html`<span class="faint">none</span>`
  const last = newest.get(key)
  return html`<a href="${hrefOf('/events', { where: whereOf(rule, zone), since: '7d' })}">${count(hits)}</a>${last !== undefined && html`<small>${ago(last, nowMs)}</small>`}`
}

const findingItem = ({ severity, message, fix, code }: Finding): Html =>
  html`<li class="${severity}">${icon('warn')}<span>${message}${fix !== undefined && html` <em>${fix.message}</em>`} <code>${code}</code></span></li>`

const hidden = (fields: Readonly<Record<string, string | number>>): Html[] =>
  Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`
  )

const controls = (rule: Rule, file: RuleFile, isFirst: boolean, isLast: boolean): Html => {
  const fields = { file: file.file, hash: file.hash, line: rule.line, name: rule.name }
  const button = (act: string, label: string, shown: Part, off = false) =>
    html`<button class="quiet" name="act" value="${act}" aria-label="${label}: ${rule.name}" title="${label}"${off && html` disabled`}>${shown}</button>`
  return html`<form method="post" action="/rules/change?rule=${encodeURIComponent(rule.id)}">${hidden(fields)}${button('up', 'Move up', '↑', isFirst)}${button('down', 'Move down', '↓', isLast)}${rule.enabled ? button('off', 'Switch off', 'Switch off') : button('on', 'Switch on', 'Switch on')}<a class="quiet" href="/rules/edit?file=${encodeURIComponent(file.file)}&line=${rule.line}" aria-label="Edit ${rule.name}">Edit</a></form>`
}

const ruleItem = (
  rule: Rule,
  at: number,
  { rules, zone }: Product,
  { house, hits, findings, files }: Shown
): Html => {
  const file = files.get(rule.file)
  const own = findings.filter(
    ({ rule: name, file: where }) => name === rule.name && (where === rule.file || where === '')
  )
  const neighbour = (step: number) => rules[at + step]?.file !== rule.file
  return html`<li class="rule${rule.enabled ? '' : ' off'}" id="${ruleAnchor(rule, zone)}"><div class="head"><span class="no">${at + 1}</span><h3>${rule.name}</h3>${actionMark(rule.action)}<span class="hits">${hitsText(hits, rule, zone, house.now())}</span></div>
${rule.description !== undefined && html`<p class="faint">${rule.description}</p>`}${expressionHtml(rule.expression.source)}${own.length > 0 && html`<ul class="findings">${own.map(findingItem)}</ul>`}
<div class="foot"><code class="faint">${rule.file}${rule.line > 0 && `:${rule.line}`}</code>${file !== undefined && rule.line > 0 && !house.readOnly && controls(rule, file, neighbour(-1), neighbour(1))}</div></li>`
}

interface Shown {
  readonly house: House
  readonly hits: Hits
  readonly findings: readonly Finding[]
  readonly files: ReadonlyMap<string, RuleFile>
}

const notice = (house: House, query: URLSearchParams): Html | false => {
  const [newest] = house.desk?.history() ?? []
  if (newest === undefined) return false
  const time = new Date(newest.atMs).toISOString()
  const ray = query.get('ray')
  return html`<div class="notice" role="status">${icon('check')}<p><b>${newest.what}</b> in ${newest.file}, ${ago(time, house.now())}. The edge judges by it now.${ray !== null && html` <a href="/try?ray=${encodeURIComponent(ray)}">Judge the request again</a>`}</p>${!house.readOnly && html`<form method="post" action="/rules/undo?file=${encodeURIComponent(newest.file)}">${hidden({ hash: newest.afterHash })}<button class="quiet">Undo</button></form>`}</div>`
}

const filesOf = (desk: RuleDesk | undefined): { files: RuleFile[]; problem?: string } => {
  try {
    return { files: desk?.files() ?? [] }
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    return { files: [], problem: error.message }
  }
}

/** Shows every rule in order, with its action, its number of events and its findings. */
export const rulesPage = async (house: House, { query }: RouteRequest): Promise<Html> => {
  const { edge, desk } = house
  const counting = house.counts.begin(BUDGET_MS)
  const from = Math.floor((house.now() - WEEK_MS) / STEP_MS) * STEP_MS
  const products = productsOf(edge.ruleset)
  const shownRules = products.flatMap(({ rules, zone }) => rules.map((rule) => ({ rule, zone })))
  const places = shownRules.map(({ rule, zone }) => placeOf(rule, zone))
  const counted = await hitsOf(counting, places, from)
  const hit = counted.state === 'ready' ? [...counted.value.keys()].slice(0, MAX_NEWEST) : []
  const whereOfKey = new Map(
    shownRules.map(({ rule, zone }) => [hitKey(placeOf(rule, zone)), whereOf(rule, zone)])
  )
  const newest = new Map<string, string>()
  await Promise.all(
    hit.map(async (key) => {
      const page = await counting.page({ where: whereOfKey.get(key)!, from, limit: 1 })
      const event = page.state === 'ready' ? page.value.events[0] : undefined
      if (event !== undefined) newest.set(key, event.time)
    })
  )
  const { files, problem } = filesOf(desk)
  const findings = problem === undefined ? ((await desk?.findings()) ?? []) : []
  const shown: Shown = {
    house,
    hits: { counted, newest },
    findings,
    files: new Map(files.map((file) => [file.file, file])),
  }
  const others = findings.filter(({ rule }) => rule === undefined)
  const edits = files.map(
    ({ file }) =>
      html`<li><a href="/rules/edit?file=${encodeURIComponent(file)}">${icon('rules')} <code>${file}</code></a></li>`
  )
  const main = html`${notice(house, query)}${problem !== undefined && html`<pre class="problem" tabindex="0">${problem}</pre>`}${
    others.length > 0 &&
    html`<section class="card"><h2>About the files</h2><ul class="findings">${others.map(findingItem)}</ul></section>`
  }${products.map(
    (product) =>
      html`<section class="card rules"><h2>${product.title}<span class="faint">${plural(product.rules.length, 'rule')}, hits of the last 7 days</span></h2><ol>${product.rules.map((rule, at) => ruleItem(rule, at, product, shown))}</ol></section>`
  )}${products.length === 0 && html`<div class="empty card"><h2>No rules</h2><p>Every request passes.</p></div>`}`
  return frame(house, {
    title: 'Rules',
    section: 'rules',
    isCounting: counted.state === 'counting',
    tools:
      edits.length > 0 &&
      html`<details class="menu"><summary>${icon('rules')} ${house.readOnly ? 'Show a file' : 'Edit a file'}</summary><ul>${edits}</ul></details>`,
    main,
  })
}

const CHANGES: Readonly<
  Record<string, { said: string; change: (text: string, place: RulePlace) => string }>
> = {
  on: { said: 'Switched on', change: (text, place) => setEnabled(text, place, true) },
  off: { said: 'Switched off', change: (text, place) => setEnabled(text, place, false) },
  up: { said: 'Moved up', change: (text, place) => moveRule(text, place, 'up') },
  down: { said: 'Moved down', change: (text, place) => moveRule(text, place, 'down') },
}

const deskOf = ({ desk }: House): RuleDesk => {
  if (desk !== undefined) return desk
  throw new EdgeError('cannot_edit', 'the rules of this edge come from no files')
}

/** Handles one click: switches a rule on or off, or moves it up or down. */
export const changeRule = async (house: House, request: RouteRequest): Promise<Made> => {
  const desk = deskOf(house)
  const form = await formOf(request)
  const act = form.get('act') ?? ''
  if (!Object.hasOwn(CHANGES, act)) {
    throw new BadParameter('act: expected on, off, up or down', { parameter: 'act' })
  }
  const { said, change } = CHANGES[act]!
  const file = desk.file(form.get('file') ?? '')
  if (file === undefined) {
    throw new BadParameter('file: expected a rule document of this edge', { parameter: 'file' })
  }
  const name = form.get('name') ?? ''
  const hash = form.get('hash') ?? ''
  if (file.hash !== hash) {
    throw new EdgeError('edit_conflict', `${file.file} has changed since: nothing was written`)
  }
  const text = change(file.text, { line: Number(form.get('line')), name })
  await desk.save({ file: file.file, text, hash, what: `${said}: ${name}` })
  return seeOther('/rules')
}

/** Reverts the newest change. */
export const undoChange = async (house: House, request: RouteRequest): Promise<Made> => {
  const desk = deskOf(house)
  await desk.undo((await formOf(request)).get('hash') ?? '')
  return seeOther('/rules')
}
