import { seeOther } from '../../admin/answer.ts'
import { BadParameter } from '../../admin/parameter.ts'
import type { RouteRequest } from '../../admin/request.ts'
import { EdgeError } from '../../error.ts'
import type { SecurityEvent } from '../../events/event.ts'
import type { Rule } from '../../rules/rule.ts'
import type { RuleDesk } from '../desk.ts'
import { diffHtml } from '../diff.ts'
import { eventTable } from '../event-rows.ts'
import type { Candidate } from '../exception-candidates.ts'
import { candidatesOf } from '../exception-candidates.ts'
import type { End, Place } from '../exception-writing.ts'
import { canEnd, ENDS, isEnd, placeOf, reachOf, withException } from '../exception-writing.ts'
import type { Weighed, Weighing } from '../exceptions.ts'
import { weigh } from '../exceptions.ts'
import { expressionHtml } from '../expression.ts'
import { exact, plural } from '../format.ts'
import { formOf } from '../forms.ts'
import { frame } from '../frame.ts'
import type { House } from '../house.ts'
import { type Html, html, type Part } from '../html.ts'
import { icon } from '../icons.ts'
import type { Made } from '../page.ts'
import { isTerraform, terraformCard } from './terraform.ts'

const END_NAMES: Readonly<Record<End, string>> = {
  '1h': 'For an hour',
  '1d': 'For a day',
  '7d': 'For a week',
  '30d': 'For 30 days',
}
const REMEMBERED_MS = 60_000
/** The page shows the narrowest candidates, and some wider candidates to compare their cost. */
const SHOWN_NARROW = 4
const SHOWN_WIDE = 4

const hrefOf = (ray: string, pick?: string, end?: string): string => {
  const query = new URLSearchParams({
    ...(pick === undefined ? {} : { pick }),
    ...(end === undefined ? {} : { end }),
  }).toString()
  return `/events/${ray}/exception${query === '' ? '' : `?${query}`}`
}

const isTruncated = ({ edge }: House): boolean => edge.options.anonymizeIp === 'truncate'

/** Weighing takes a second or two, so a click on the next candidate reuses it. */
interface Remembered {
  readonly atMs: number
  readonly weighing: Promise<Weighing>
}
const weighed = new WeakMap<RuleDesk, Map<string, Remembered>>()

const weighOnce = (house: House, desk: RuleDesk, event: SecurityEvent, place: Place) => {
  const known = weighed.get(desk) ?? new Map<string, Remembered>()
  weighed.set(desk, known)
  const key = `${event.ray} ${place.hash}`
  const nowMs = house.now()
  const found = known.get(key)
  if (found !== undefined && nowMs - found.atMs < REMEMBERED_MS) return found.weighing
  const { store } = house.edge
  const personas = house.personas ?? []
  const options = { desk, store, place, personas, isTruncated: isTruncated(house), nowMs }
  const weighing = weigh(event, options)
  known.set(key, { atMs: nowMs, weighing })
  weighing.catch(() => known.delete(key))
  if (known.size > 8) {
    const [oldest] = known.keys()
    known.delete(oldest!)
  }
  return weighing
}

const othersText = ({ others, addresses }: Weighed): Part =>
  others === 0
    ? html`<b class="good">nobody else</b>`
    : html`<b>${exact(others)}</b> ${others === 1 ? 'request' : 'requests'} of ${plural(addresses, 'other')}`

const SHOWN_PERSONAS = 3

const personaText = ({ personas }: Weighed): Part => {
  if (personas.length === 0) return html`<span class="faint">none</span>`
  const first = personas.slice(0, SHOWN_PERSONAS).join(', ')
  const rest = personas.slice(SHOWN_PERSONAS)
  return rest.length === 0
    ? first
    : html`${first} <details class="rest"><summary>and ${exact(rest.length)} more</summary>${rest.join(', ')}</details>`
}

const isShownFirst = (one: Weighed, _: number, all: readonly Weighed[]): boolean => {
  const alike = all.filter(({ others }) => (others === 0) === (one.others === 0))
  return alike.indexOf(one) < (one.others === 0 ? SHOWN_NARROW : SHOWN_WIDE)
}

const candidateTable = (
  ray: string,
  { candidates, own }: Weighing,
  picked: Weighed | undefined,
  end: End | undefined
): Html => {
  const row = (one: Weighed) =>
    html`<tr${one === picked && html` class="on"`}><td><a href="${hrefOf(ray, one.key, end)}"${one === picked && html` aria-current="true"`}>${one.words}</a></td><td class="num" data-label="This visitor">${exact(one.own)} of ${exact(own)}</td><td class="num" data-label="Also lets through">${othersText(one)}</td><td data-label="Test visitors">${personaText(one)}</td></tr>`
  const table = (rows: readonly Weighed[], caption: string) =>
    html`<div class="scroll"><table class="plain candidates"><caption class="hidden">${caption}</caption><thead><tr><th scope="col">Whoever has</th><th scope="col">This visitor</th><th scope="col">Also lets through</th><th scope="col">Test visitors</th></tr></thead><tbody>${rows.map(row)}</tbody></table></div>`
  const first = candidates.filter(isShownFirst)
  const rest = candidates.filter((one) => !first.includes(one))
  const isInRest = picked !== undefined && rest.includes(picked)
  return html`${table(first, 'Ways to let this visitor through, the narrowest first')}${
    rest.length > 0 &&
    html`<details class="more"${isInRest && html` open`}><summary>${plural(rest.length, 'more way')}</summary>${table(rest, 'More ways')}</details>`
  }`
}

const endPicker = (ray: string, picked: Candidate, end: End | undefined): Html =>
  html`<nav class="spans" aria-label="How long"><ul><li><a href="${hrefOf(ray, picked.key)}"${end === undefined && html` aria-current="true"`}>For good</a></li>${(
    Object.keys(ENDS) as End[]
  ).map(
    (one) =>
      html`<li><a href="${hrefOf(ray, picked.key, one)}"${one === end && html` aria-current="true"`}>${END_NAMES[one]}</a></li>`
  )}</ul></nav>`

const stopped = (house: House, event: SecurityEvent, message: string): Html =>
  frame(house, {
    title: 'Let this visitor through',
    section: 'events',
    searched: event.ray,
    crumbs: html`<a href="/events/${event.ray}">Event</a>`,
    main: html`<section class="card"><h2>The dashboard cannot write this exception</h2><p>${message}.</p>
<p class="faint">These expressions are true of the visitor:</p>${candidatesOf(event, {
      isTruncated: isTruncated(house),
    })
      .slice(0, 6)
      .map(({ expression }) => expressionHtml(expression))}</section>`,
  })

/** Shows exceptions as changes of a Terraform file, which cannot be tried here. */
const inTerraform = (
  house: House,
  event: SecurityEvent,
  above: Rule,
  query: URLSearchParams
): Html => {
  const { ray } = event
  const candidates = candidatesOf(event, { isTruncated: isTruncated(house) })
  const picked = candidates.find(({ key }) => key === query.get('pick')) ?? candidates[0]!
  const asked = query.get('end') ?? ''
  const end = isEnd(asked) ? asked : undefined
  const links = candidates.map(
    (one) =>
      html`<li><a href="${hrefOf(ray, one.key, end)}"${one === picked && html` aria-current="true"`}>${one.words}</a></li>`
  )
  const choices = endPicker(ray, picked, end)
  return frame(house, {
    title: 'Let this visitor through',
    section: 'events',
    searched: ray,
    crumbs: html`<a href="/events/${ray}">Event</a>`,
    main: html`<p class="lead">Stopped by <b>${event.rule.name}</b>. Choose which visitors the rule lets through, the narrowest first.</p>
<div class="columns even"><nav class="card codes" aria-label="Whoever has"><h2>Whoever has</h2><ul>${links}</ul></nav>
${terraformCard(event, above, picked, { time: { end, nowMs: house.now() }, choices })}</div>`,
  })
}

const eventOf = async ({ edge }: House, ray: string): Promise<SecurityEvent> => {
  const found = await edge.store.find(ray)
  if (!found.found) throw new BadParameter(found.message, { parameter: 'ray' })
  return found.events[0]
}

const NO_DESK =
  'The rules of this edge come from no files: the program that made it has to change them'

/** Leads from a Ray ID to the narrowest rule that lets its visitor through. */
export const exceptionPage = async (
  house: House,
  { params, query }: RouteRequest
): Promise<Made> => {
  const event = await eventOf(house, params.ray!)
  const { desk } = house
  if (desk === undefined) return stopped(house, event, NO_DESK)
  let place: Place
  try {
    place = placeOf(event, desk, house.edge.ruleset)
  } catch (error) {
    if (!(error instanceof EdgeError) || error.code !== 'cannot_edit') throw error
    const above = house.ruleOf(event)
    if (isTerraform(event, above)) return inTerraform(house, event, above, query)
    return stopped(house, event, error.message)
  }
  const weighing = await weighOnce(house, desk, event, place)
  const { candidates, judged } = weighing
  const { ray } = event
  const asked = query.get('end') ?? ''
  const end = isEnd(asked) && canEnd(event) ? asked : undefined
  const picked = candidates.find(({ key }) => key === query.get('pick')) ?? candidates[0]
  const crumbs = html`<a href="/events/${ray}">Event</a>`
  if (picked === undefined) {
    return frame(house, {
      title: 'Let this visitor through',
      section: 'events',
      searched: ray,
      crumbs,
      main: html`<div class="empty"><h2>No exception helps</h2><p>Either the current rules already let this request pass, or a rule above “${place.above.name}” refuses it too.</p><p><a class="button" href="/try?ray=${ray}">Judge it again</a></p></div>`,
    })
  }
  const after = withException(place, event, picked, { end, nowMs: house.now() })
  const target = `/events/${ray}/exception?file=${encodeURIComponent(place.file)}`
  const write = house.readOnly
    ? html`<p class="badge">${icon('lock')} Read only: copy the rule into ${place.file}</p>`
    : html`<form method="post" action="${target}"><input type="hidden" name="pick" value="${picked.key}"><input type="hidden" name="end" value="${end ?? ''}"><input type="hidden" name="hash" value="${place.hash}"><button>Write it into ${place.file}</button></form>`
  const main = html`<p class="lead">Stopped by <b>${event.rule.name}</b>. Each row is a rule that would let this request pass, with its effect on the ${plural(judged, 'refused request')} of the last 30 days.</p>
<div class="columns even"><section class="card table" id="candidates"><h2>Whom it lets through</h2>${candidateTable(ray, weighing, picked, end)}</section>
<section class="card" id="preview"><h2>What is written</h2>${canEnd(event) && endPicker(ray, picked, end)}${diffHtml(place.text, after)}<div class="act">${write}<span class="faint">${reachOf(event, place.above)}</span></div></section></div>
${
  picked.examples.length > 0 &&
  html`<section class="card table"><h2>Others that it would have let through</h2>${eventTable(picked.examples, 'Requests of others that the exception would have let through')}</section>`
}`
  return frame(house, {
    title: 'Let this visitor through',
    section: 'events',
    searched: ray,
    crumbs,
    main,
  })
}

/** Writes the exception and shows the event again. */
export const writeException = async (house: House, request: RouteRequest): Promise<Made> => {
  const event = await eventOf(house, request.params.ray!)
  const { desk } = house
  if (desk === undefined) throw new EdgeError('cannot_edit', NO_DESK)
  const form = await formOf(request)
  const place = placeOf(event, desk, house.edge.ruleset)
  const end = form.get('end') ?? ''
  const candidate = candidatesOf(event, { isBot: true, isTruncated: isTruncated(house) }).find(
    ({ key }) => key === form.get('pick')
  )
  if (candidate === undefined) {
    throw new BadParameter('pick: expected one of the exceptions of this event', {
      parameter: 'pick',
    })
  }
  const time = { end: isEnd(end) ? end : undefined, nowMs: house.now() }
  await desk.save({
    file: place.file,
    text: withException(place, event, candidate, time),
    hash: form.get('hash') ?? '',
    what: `exception for ${candidate.words}`,
  })
  return seeOther(`/rules?saved=1&ray=${event.ray}`)
}
