import type { Generation, PageChoice } from '../answers/answer.ts'
import { GENERATIONS } from '../answers/answer.ts'
import { isCode } from '../answers/codes.ts'
import type { OwnPage } from '../answers/own-page.ts'
import { EdgeError } from '../error.ts'
import { nearest } from '../nearest.ts'
import { PAGE_KEYS } from './keys.ts'
import type { Entry, Node } from './node.ts'
import { inBackticks } from './node.ts'
import type { Reader } from './reader.ts'

/** Reads an owner's page. `path` is relative to the directory of `from`, the rule document. */
export type ReadPage = (path: string, from: string) => OwnPage

const readGeneration = (node: Node, reader: Reader): Generation | undefined => {
  const expected = GENERATIONS.join(', ')
  const text = reader.text(node, expected)
  if (text === undefined) return undefined
  const known = GENERATIONS.find((generation) => generation === text.value)
  if (known === undefined) {
    const near = nearest(text.value, GENERATIONS)
    const message = `unknown generation ${inBackticks(text.value)}: expected one of ${expected}`
    reader.findings.error(
      text.place,
      'unknown_generation',
      message,
      near && `did you mean \`${near}\`?`
    )
  }
  return known
}

const readCode = (node: Node, reader: Reader): number | undefined => {
  const code = node.kind === 'scalar' ? Number(node.value) : Number.NaN
  if (node.kind === 'scalar' && typeof node.value === 'number' && isCode(code)) return code
  if (node.kind !== 'scalar' || typeof node.value !== 'number') {
    return reader.wrongType(node, 'the number of an error, such as 1020')
  }
  const help = 'docs/answers.md lists the codes from 500 to 526 and 1000 to 1206'
  reader.findings.error(
    node.place,
    'unknown_code',
    `${inBackticks(node.source)} is not an error code`,
    help
  )
  return undefined
}

const readTemplate = (
  node: Node,
  reader: Reader,
  readPage: ReadPage | undefined
): OwnPage | undefined => {
  const text = reader.text(node, 'the path of an HTML file')
  if (text === undefined) return undefined
  if (readPage === undefined) {
    const message = 'this runtime cannot read files'
    reader.findings.error(text.place, 'invalid_page', message, 'pass the page to `createEdge`')
    return undefined
  }
  try {
    return readPage(text.value, text.place.span().file ?? '')
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    reader.findings.error(text.place, error.code, error.message)
    return undefined
  }
}

/** Reads the page of a rule's refusals: `page: {generation, code, template}`, or a generation alone. */
export const readPageChoice = (
  { value }: Entry,
  reader: Reader,
  readPage: ReadPage | undefined
): PageChoice | undefined => {
  if (value.kind === 'scalar') {
    const generation = readGeneration(value, reader)
    return generation && { generation }
  }
  const map = reader.map(value, 'a generation, or a mapping with `generation`, `code`, `template`')
  if (map === undefined) return undefined
  const { found } = reader.entries(map, PAGE_KEYS, 'a page')
  const generation = found.generation && readGeneration(found.generation.value, reader)
  const code = found.code && readCode(found.code.value, reader)
  const template = found.template && readTemplate(found.template.value, reader, readPage)
  return {
    ...(generation === undefined ? {} : { generation }),
    ...(code === undefined ? {} : { code }),
    ...(template === undefined ? {} : { template }),
  }
}
