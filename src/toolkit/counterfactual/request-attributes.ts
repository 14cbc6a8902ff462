import { fieldFacts } from '../../language/fields.ts'
import type { Atom } from './atoms.ts'
import type { Attribute, Edit } from './attribute.ts'
import type { AtomIndex } from './candidates.ts'
import { allExact, isText, OTHER_TEXT, textCandidates, unique, without } from './candidates.ts'
import type { ExplicitRequest } from './explicit.ts'

const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH']

const BROWSER =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36'

export const PATH_FIELD = /^(?:raw\.)?http\.request\.(?:uri|full_uri)(?:\.path(?:\.extension)?)?$/

export const QUERY_FIELD = /^(?:raw\.)?http\.request\.uri\.(?:query|args)/

const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/

const headerOf = ({ headers }: ExplicitRequest, name: string): string | null =>
  headers.find(([own]) => own.toLowerCase() === name)?.[1] ?? null

const setHeader =
  (name: string): Edit =>
  (request, value) => {
    const others = request.headers.filter(([own]) => own.toLowerCase() !== name)
    return { ...request, headers: value === null ? others : [...others, [name, String(value)]] }
  }

export const agentAttribute = (index: AtomIndex, request: ExplicitRequest): Attribute => {
  const isOwn = ({ field, key }: Atom) =>
    field === 'http.user_agent' || (field === 'http.request.headers' && key === 'user-agent')
  const value = headerOf(request, 'user-agent')
  return {
    name: 'user_agent',
    fields: ['http.user_agent', 'http.request.headers'],
    value,
    isExact: false,
    candidates: unique([
      BROWSER,
      ...textCandidates(value ?? '', index.of(isOwn), [], ' '),
      null,
    ]).filter((one) => one !== ''),
    with: setHeader('user-agent'),
  }
}

/** The paths that a URL, a target or a file ending stands for. */
const asPath = (field: string, text: string): string[] => {
  const target = text.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
  if (field.endsWith('.extension')) return [`/file.${text}`]
  if (target === '') return []
  return [target.startsWith('/') ? target : `/${target}`]
}

export const pathAttribute = (index: AtomIndex, { path }: ExplicitRequest): Attribute => {
  const atoms = index.of(({ field }) => PATH_FIELD.test(field))
  const parts = atoms.filter(({ isPart }) => isPart).flatMap(({ values }) => values.filter(isText))
  const named = atoms.flatMap(({ field, values }) =>
    values.filter(isText).flatMap((text) => asPath(field, text))
  )
  const slashed = parts.map((part) => (part.startsWith('/') ? part : `/${part}`))
  const before = path === '/' ? '' : path
  // A path that contains a part differs from the part alone.
  const appended = slashed.flatMap((part) => [
    `${before}${part}`,
    `/${OTHER_TEXT}${part}`,
    `${part}/${OTHER_TEXT}`,
  ])
  const all = slashed.join('')
  return {
    name: 'path',
    fields: [...fieldFacts.keys()].filter((field) => PATH_FIELD.test(field)),
    value: path,
    isExact: false,
    candidates: unique([
      '/',
      `/${OTHER_TEXT}`,
      ...named,
      ...appended,
      ...(parts.length > 1 ? [all] : []),
      without(path, parts) || '/',
    ]).filter((one) => one.startsWith('/') && !/[\s?#]/.test(one)),
    with: (request, value) => ({ ...request, path: String(value) }),
  }
}

export const queryAttribute = (index: AtomIndex, { search }: ExplicitRequest): Attribute => {
  const isOwn = ({ field }: Atom) => QUERY_FIELD.test(field)
  const isWhole = ({ field }: Atom) => field.endsWith('.query')
  const ofArgs = index
    .of((atom) => isOwn(atom) && !isWhole(atom))
    .flatMap(({ field, key, values }) => {
      const texts = values.filter(isText)
      if (field.endsWith('.names')) return texts.map((name) => `${name}=1`)
      return texts.map((value) => `${key ?? 'q'}=${value}`)
    })
  const ofUri = index
    .of(({ field }) => /\.(?:uri|full_uri)$/.test(field))
    .flatMap(({ values }) => values.filter(isText).flatMap((text) => text.split('?').slice(1)))
  const base = search.slice(1)
  const texts = textCandidates(
    base,
    index.of((atom) => isOwn(atom) && isWhole(atom)),
    [],
    '&'
  )
  return {
    name: 'query',
    fields: [...fieldFacts.keys()].filter((field) => QUERY_FIELD.test(field) || /uri$/.test(field)),
    value: search,
    isExact: false,
    candidates: unique(
      [
        '',
        OTHER_TEXT,
        ...texts,
        ...ofArgs,
        ...ofUri,
        ...ofArgs.map((one) => (base === '' ? one : `${base}&${one}`)),
      ].map((text) => (text === '' ? '' : `?${text}`))
    ).filter((one) => !/[\s#]/.test(one)),
    with: (request, value) => ({ ...request, search: String(value) }),
  }
}

export const methodAttribute = (index: AtomIndex, { method }: ExplicitRequest): Attribute => {
  const atoms = index.of(({ field }) => field === 'http.request.method')
  const named = atoms.flatMap(({ values }) => values.filter(isText))
  return {
    name: 'method',
    fields: ['http.request.method'],
    value: method,
    isExact: allExact(atoms),
    candidates: unique([...METHODS, ...named]).filter((one) => TOKEN.test(one)),
    with: (request, value) => ({ ...request, method: String(value) }),
  }
}

/** Fields of single headers. */
export const HEADER_FIELDS: Readonly<Record<string, string>> = {
  'http.referer': 'referer',
  'http.cookie': 'cookie',
  'http.x_forwarded_for': 'x-forwarded-for',
  'http.request.accepted_languages': 'accept-language',
}

export const headerAttributes = (index: AtomIndex, request: ExplicitRequest): Attribute[] => {
  const ofFields = Object.entries(HEADER_FIELDS).filter(
    ([field]) => index.of((atom) => atom.field === field).length > 0
  )
  const named = index
    .of(({ field }) => field === 'http.request.headers.names')
    .flatMap(({ values }) => values.filter(isText))
    .map((name) => name.toLowerCase())
  const hasCookies = index.keysOf('http.request.cookies').length > 0
  const names = unique([
    ...index.keysOf('http.request.headers'),
    ...ofFields.map(([, name]) => name),
    ...named,
    ...(hasCookies ? ['cookie'] : []),
  ]).filter((name) => TOKEN.test(name) && name !== 'user-agent' && name !== 'host')
  return names.map((name): Attribute => {
    const isOwn = ({ field, key }: Atom) =>
      HEADER_FIELDS[field] === name || (field === 'http.request.headers' && key === name)
    const value = headerOf(request, name)
    const cookies =
      name === 'cookie'
        ? index
            .of(({ field }) => field === 'http.request.cookies')
            .flatMap(({ key, values }) =>
              key === undefined ? [] : values.filter(isText).map((text) => `${key}=${text}`)
            )
        : []
    return {
      name: `header:${name}`,
      fields: [
        'http.request.headers',
        'http.request.headers.names',
        'http.request.headers.values',
        ...Object.keys(HEADER_FIELDS).filter((field) => HEADER_FIELDS[field] === name),
        ...(name === 'cookie' ? ['http.request.cookies'] : []),
      ],
      value,
      isExact: false,
      candidates: unique([
        null,
        OTHER_TEXT,
        ...textCandidates(value ?? '', index.of(isOwn), []),
        ...cookies,
      ]).filter((one) => one === null || /^[^\0-\x08\x0a-\x1f\x7f]*$/.test(one)),
      with: setHeader(name),
    }
  })
}
