import type { Answer, Answers, RefusalFacts } from '../answers/answer.ts'
import { GENERATIONS } from '../answers/answer.ts'
import { catalogue } from '../answers/catalogue.ts'
import { DIALECTS } from '../answers/negotiate.ts'

const CODE = /^\/cdn-cgi\/error\/(\d{3,4})\/?$/
const NOT_FOUND = 404

const notFound = (facts: RefusalFacts, wanted: string): Answer => {
  const body = `${wanted}\n`
  return {
    status: NOT_FOUND,
    headers: {
      'Content-Type': 'text/plain; charset=UTF-8',
      'Content-Length': String(new TextEncoder().encode(body).length),
      'Cache-Control': 'no-store',
      'CF-RAY': `${facts.ray}-${facts.colo}`,
      'x-edge1020': 'emulated',
    },
    body: facts.method === 'HEAD' ? '' : body,
  }
}

/**
 * The error of `GET /cdn-cgi/error/1015?dialect=json&generation=g1`. Without these parameters it has the form that a blocked request
 * would get. An unknown code or parameter gets a 404 that lists the known ones.
 */
export const answer = (
  { answers }: { readonly answers: Answers },
  facts: Omit<RefusalFacts, 'code'>,
  path: string,
  query: string
): Answer => {
  const code = Number(CODE.exec(path)?.[1] ?? Number.NaN)
  if (!catalogue.has(code)) {
    const known = [...catalogue.keys()].sort((x, y) => x - y).join(' ')
    return notFound({ ...facts, code }, `no such error: expected one of ${known}`)
  }
  const wanted = new URLSearchParams(query)
  const dialect = wanted.get('dialect')
  const generation = wanted.get('generation')
  const knownDialect = DIALECTS.find((known) => known === dialect)
  const knownGeneration = GENERATIONS.find((known) => known === generation)
  if (dialect !== null && knownDialect === undefined) {
    return notFound({ ...facts, code }, `dialect: expected one of ${DIALECTS.join(' ')}`)
  }
  if (generation !== null && knownGeneration === undefined) {
    return notFound({ ...facts, code }, `generation: expected one of ${GENERATIONS.join(' ')}`)
  }
  return answers.refuse({
    ...facts,
    code,
    dialect: knownDialect,
    page: { code, ...(knownGeneration === undefined ? {} : { generation: knownGeneration }) },
  })
}
