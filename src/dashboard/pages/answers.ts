import { answerOf } from '../../admin/answer.ts'
import { BadParameter } from '../../admin/parameter.ts'
import type { RouteRequest } from '../../admin/request.ts'
import type { Answers } from '../../answers/answer.ts'
import { GENERATIONS } from '../../answers/answer.ts'
import type { CatalogueEntry } from '../../answers/catalogue.ts'
import { catalogue } from '../../answers/catalogue.ts'
import { createAnswers } from '../../answers/create.ts'
import { ENGLISH_CODE, LANGUAGE_CODES } from '../../answers/languages.ts'
import type { Edge } from '../../edge.ts'
import { ACCEPT, SEEN_POLICY, textOf } from '../answer.ts'
import { frame } from '../frame.ts'
import type { House } from '../house.ts'
import { type Html, html, type Part } from '../html.ts'
import type { Made } from '../page.ts'

const DIALECT_NAMES: Readonly<Record<string, string>> = {
  html: 'Page',
  json: 'JSON',
  markdown: 'Markdown',
  text: 'Text',
}
const DEFAULT_CODE = 1020
/** From here on, errors are Cloudflare's own; lower codes are about the origin. */
const FIRST_OWN_CODE = 1_000

interface Choice {
  readonly code: number
  readonly dialect: string
  readonly generation: (typeof GENERATIONS)[number] | undefined
  readonly language: (typeof LANGUAGE_CODES)[number]
}

/** Returns a known value of a parameter, or the first known value if the URL has none. */
const oneOf = <Value extends string>(
  query: URLSearchParams,
  parameter: string,
  known: readonly Value[]
): Value | undefined => {
  const given = query.get(parameter) || undefined
  const found = known.find((one) => one === given)
  if (given === undefined || found !== undefined) return found
  const expected = `one of ${known.join(', ')}`
  throw new BadParameter(`${parameter}: expected ${expected}`, { parameter, expected })
}

const choiceOf = (query: URLSearchParams): Choice => {
  const code = Number(query.get('code') ?? DEFAULT_CODE)
  if (!catalogue.has(code)) {
    throw new BadParameter('code: expected one of the catalogue', { parameter: 'code' })
  }
  return {
    code,
    dialect: oneOf(query, 'dialect', Object.keys(ACCEPT)) ?? 'html',
    generation: oneOf(query, 'generation', GENERATIONS),
    language: oneOf(query, 'language', LANGUAGE_CODES) ?? ENGLISH_CODE,
  }
}

const queryOf = ({ code, dialect, generation, language }: Choice): string =>
  new URLSearchParams({
    code: String(code),
    ...(dialect === 'html' ? {} : { dialect }),
    ...(generation === undefined ? {} : { generation }),
    ...(language === ENGLISH_CODE ? {} : { language }),
  }).toString()

const languageNames = new Intl.DisplayNames('en', { type: 'language' })

const choices = (
  label: string,
  links: readonly { href: string; text: Part; isChosen: boolean }[]
): Html =>
  html`<nav class="spans" aria-label="${label}"><ul>${links.map(
    ({ href, text, isChosen }) =>
      html`<li><a href="${href}"${isChosen && html` aria-current="true"`}>${text}</a></li>`
  )}</ul></nav>`

/** Returns the command that requests the same answer from the edge. */
const curlOf = (house: House, { code, dialect, generation, language }: Choice): string => {
  const url = house.visitorUrl?.() ?? 'http://127.0.0.1:8020'
  const wanted = new URLSearchParams({
    ...(dialect === 'html' ? {} : { dialect }),
    ...(generation === undefined ? {} : { generation }),
  }).toString()
  const header = language === ENGLISH_CODE ? '' : `-H 'Accept-Language: ${language}' `
  return `curl -i ${header}'${url}/cdn-cgi/error/${code}${wanted === '' ? '' : `?${wanted}`}'`
}

/** Every error answer of the edge, as visitors see it. */
export const answersPage = async (house: House, { query }: RouteRequest): Promise<Html> => {
  const choice = choiceOf(query)
  const { code, dialect, generation, language } = choice
  const entry = catalogue.get(code)!
  const link = (change: Partial<Choice>) => `/answers?${queryOf({ ...choice, ...change })}`
  const group = (title: string, isIn: (entry: CatalogueEntry) => boolean) => {
    const codes = [...catalogue.values()].filter(isIn).sort((one, two) => one.code - two.code)
    const items = codes.map(
      (one) =>
        html`<li><a href="${link({ code: one.code })}"${one.code === code && html` aria-current="true"`}><b>${one.code}</b> ${one.title} <span>${one.status}</span></a></li>`
    )
    return html`<h2>${title}</h2><ul>${items}</ul>`
  }
  const dialects = Object.keys(DIALECT_NAMES).map((one) => ({
    href: link({ dialect: one }),
    text: DIALECT_NAMES[one],
    isChosen: one === dialect,
  }))
  const generations = [undefined, ...GENERATIONS].map((one) => ({
    href: link({ generation: one }),
    text: one ?? 'Default',
    isChosen: one === generation,
  }))
  const languages = LANGUAGE_CODES.map((one) => ({
    href: link({ language: one }),
    text: languageNames.of(one),
    isChosen: one === language,
  }))
  const isPage = dialect === 'html'
  const speaks =
    house.edge.options.answers?.languages !== undefined &&
    house.edge.options.answers.languages !== false
  const preview = `/answers/preview?${queryOf(choice)}`
  const main = html`<div class="split"><nav class="card codes" aria-label="Errors" data-current>${group('Errors of the edge', (one) => one.code >= FIRST_OWN_CODE)}${group('Errors of the origin', (one) => one.code < FIRST_OWN_CODE)}</nav>
<div class="stack"><section class="card"><h2>${entry.code}: ${entry.title}</h2><p class="faint">Status ${entry.status}. ${entry.happened}</p>
<div class="acts">${choices('Form', dialects)}${isPage && choices('Generation of the page', generations)}${isPage && choices('Language', languages)}<a class="quiet" href="${preview}" download="error-${code}.${isPage ? 'html' : 'txt'}">Download</a></div>
<pre class="expression" tabindex="0">${curlOf(house, choice)}</pre>${
    isPage &&
    language !== ENGLISH_CODE &&
    !speaks &&
    html`<p class="faint">This edge answers in English alone. Start it with <code>--languages</code> to answer in the language of the visitor.</p>`
  }</section>
<section class="card seen"><h2>As a visitor sees it</h2><iframe src="${preview}" title="Error ${code}" sandbox></iframe></section></div></div>`
  return frame(house, { title: 'Answers', section: 'answers', main })
}

/**
 * Answers for the gallery. They are rendered like the edge's, in all languages even if the edge speaks only English.
 */
const galleries = new WeakMap<Edge, Answers>()

const galleryOf = async (edge: Edge): Promise<Answers> => {
  const known = galleries.get(edge)
  const gallery = known ?? createAnswers({ ...edge.options.answers, languages: true })
  galleries.set(edge, gallery)
  await gallery.ready
  return gallery
}

/** One answer, for the frame of the gallery. */
export const answerPreview = async (house: House, { query }: RouteRequest): Promise<Made> => {
  const { code, dialect, generation, language } = choiceOf(query)
  const gallery = await galleryOf(house.edge)
  const answer = gallery.refuse({
    code,
    method: 'GET',
    host: 'shop.test',
    timeMs: house.now(),
    ip: '192.0.2.1',
    country: 'XX',
    asn: 0,
    ray: '8f3c2d1e0a9b7c65',
    colo: house.edge.colo,
    accept: ACCEPT[dialect],
    // A client that names no coding gets the short text. The frame needs an uncompressed body.
    acceptEncoding: dialect === 'text' ? undefined : 'gzip',
    codings: undefined,
    acceptLanguage: language,
    page: { code, ...(generation === undefined ? {} : { generation }) },
    response: undefined,
    retryAfter: undefined,
  })
  const isPage = answer.headers['Content-Type']!.startsWith('text/html')
  const type = isPage ? 'text/html; charset=UTF-8' : 'text/plain; charset=UTF-8'
  return answerOf(200, type, textOf(answer), { 'Content-Security-Policy': SEEN_POLICY })
}
