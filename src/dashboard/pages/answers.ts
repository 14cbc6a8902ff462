import { answerOf } from '../../admin/answer.ts'
import { BadParameter } from '../../admin/parameter.ts'
import type { RouteRequest } from '../../admin/request.ts'
import { GENERATIONS } from '../../answers/answer.ts'
import { catalogue } from '../../answers/catalogue.ts'
import type { SecurityEvent } from '../../events/event.ts'
import { ACCEPT, SEEN_POLICY, seenAnswer, textOf } from '../answer.ts'
import { frame } from '../frame.ts'
import type { House } from '../house.ts'
import { type Html, html } from '../html.ts'
import type { Made } from '../page.ts'

const DIALECT_NAMES: Readonly<Record<string, string>> = {
  html: 'Page',
  json: 'JSON',
  markdown: 'Markdown',
  text: 'Text',
}
const DEFAULT_CODE = 1020

interface Choice {
  readonly code: number
  readonly dialect: string
  readonly generation: (typeof GENERATIONS)[number] | undefined
}

const choiceOf = (query: URLSearchParams): Choice => {
  const code = Number(query.get('code') ?? DEFAULT_CODE)
  if (!catalogue.has(code)) {
    throw new BadParameter('code: expected one of the catalogue', { parameter: 'code' })
  }
  const dialect = query.get('dialect') || 'html'
  if (!Object.hasOwn(ACCEPT, dialect)) {
    const expected = `one of ${Object.keys(ACCEPT).join(', ')}`
    throw new BadParameter(`dialect: expected ${expected}`, { parameter: 'dialect', expected })
  }
  const given = query.get('generation') || undefined
  const generation = GENERATIONS.find((one) => one === given)
  if (given !== undefined && generation === undefined) {
    const expected = `one of ${GENERATIONS.join(', ')}`
    throw new BadParameter(`generation: expected ${expected}`, {
      parameter: 'generation',
      expected,
    })
  }
  return { code, dialect, generation }
}

const queryOf = ({ code, dialect, generation }: Choice): string =>
  new URLSearchParams({
    code: String(code),
    ...(dialect === 'html' ? {} : { dialect }),
    ...(generation === undefined ? {} : { generation }),
  }).toString()

/** Every error that the edge can answer with, as its visitors see it. */
export const answersPage = async (house: House, { query }: RouteRequest): Promise<Html> => {
  const choice = choiceOf(query)
  const { code, dialect, generation } = choice
  const entry = catalogue.get(code)!
  const codes = [...catalogue.values()].sort((one, two) => one.code - two.code)
  const link = (change: Partial<Choice>) => `/answers?${queryOf({ ...choice, ...change })}`
  const list = codes.map(
    (one) =>
      html`<li><a href="${link({ code: one.code })}"${one.code === code && html` aria-current="true"`}><b>${one.code}</b> ${one.title} <span>${one.status}</span></a></li>`
  )
  const dialects = Object.keys(DIALECT_NAMES).map(
    (one) =>
      html`<li><a href="${link({ dialect: one })}"${one === dialect && html` aria-current="true"`}>${DIALECT_NAMES[one]}</a></li>`
  )
  const generations = [undefined, ...GENERATIONS].map(
    (one) =>
      html`<li><a href="${link({ generation: one })}"${one === generation && html` aria-current="true"`}>${one ?? 'Default'}</a></li>`
  )
  const preview = `/answers/preview?${queryOf(choice)}`
  const url = house.visitorUrl?.() ?? 'http://127.0.0.1:8020'
  const wanted = new URLSearchParams({
    ...(dialect === 'html' ? {} : { dialect }),
    ...(generation === undefined ? {} : { generation }),
  }).toString()
  const curl = `curl -i '${url}/cdn-cgi/error/${code}${wanted === '' ? '' : `?${wanted}`}'`
  const main = html`<div class="split"><nav class="card codes" aria-label="Errors"><ul>${list}</ul></nav>
<div class="stack"><section class="card"><h2>${entry.code}: ${entry.title}</h2><p class="faint">Status ${entry.status}. ${entry.happened}</p>
<div class="acts"><nav class="spans" aria-label="Form"><ul>${dialects}</ul></nav>${dialect === 'html' && html`<nav class="spans" aria-label="Generation of the page"><ul>${generations}</ul></nav>`}<a class="quiet" href="${preview}" download="error-${code}.${dialect === 'html' ? 'html' : 'txt'}">Download</a></div>
<pre class="expression" tabindex="0">${curl}</pre></section>
<section class="card seen"><h2>As a visitor sees it</h2><iframe src="${preview}" title="Error ${code}" sandbox></iframe></section></div></div>`
  return frame(house, { title: 'Answers', section: 'answers', main })
}

/** One answer, for the frame of the gallery. */
export const answerPreview = async (house: House, { query }: RouteRequest): Promise<Made> => {
  const { code, dialect, generation } = choiceOf(query)
  const visitor = {
    action: 'block',
    method: 'GET',
    path: '/',
    query: '',
    host: 'shop.test',
    scheme: 'https',
    time: new Date(house.now()).toISOString(),
    ip: '192.0.2.1',
    country: 'XX',
    asn: 0,
    ray: '8f3c2d1e0a9b7c65',
    colo: house.edge.colo,
    userAgent: '',
  } as SecurityEvent
  const page = { code, ...(generation === undefined ? {} : { generation }) }
  const answer = await seenAnswer(house, visitor, dialect, { page })
  const isPage = answer.headers['Content-Type']!.startsWith('text/html')
  const type = isPage ? 'text/html; charset=UTF-8' : 'text/plain; charset=UTF-8'
  return answerOf(200, type, textOf(answer), { 'Content-Security-Policy': SEEN_POLICY })
}
