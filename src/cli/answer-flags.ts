import type { AnswerOptions } from '../answers/answer.ts'
import { GENERATIONS } from '../answers/answer.ts'
import { readPageFile } from '../answers/node/own-page-file.ts'
import type { Arguments, Command } from './command.ts'
import { oneOf, unknownWord } from './command.ts'

const SHORT_TEXT = ['no-encoding', 'always', 'never'] as const

/** Names on the command line of the headers that only some zones send. */
const OPTIONAL: Readonly<Record<string, keyof NonNullable<AnswerOptions['headers']>>> = {
  cookie: 'cookie',
  nel: 'nel',
  'alt-svc': 'altSvc',
  vary: 'vary',
  'error-type': 'errorType',
}
const OPTIONAL_NAMES = Object.keys(OPTIONAL).join(', ')

export const answerFlags: Command['flags'] = {
  page: {
    value: 'GENERATION',
    help: 'generation of the page: g1, g2, g3, waf or union (default: that of Cloudflare today)',
  },
  'page-template': { value: 'FILE', help: "page of your own, with Cloudflare's tokens" },
  contact: { value: 'URL', help: 'contact link for visitors; may contain ::RAY_ID::' },
  languages: { help: "write edge1020's own sentences in the visitor's language" },
  'short-text': {
    value: 'WHEN',
    default: 'no-encoding',
    help: 'clients that get only "error code: 1020": no-encoding, always or never',
  },
  'answer-headers': {
    value: 'NAMES',
    help: `extra headers that some zones send, separated by commas: ${OPTIONAL_NAMES}`,
  },
  'no-emulated-header': {
    help: 'leave out the header and the line that mark an answer as emulated',
  },
}

const optionalOf = (text: string | undefined): AnswerOptions['headers'] => {
  if (text === undefined) return {}
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !Object.hasOwn(OPTIONAL, name))
  if (unknown !== undefined) throw unknownWord('--answer-headers', unknown, Object.keys(OPTIONAL))
  return Object.fromEntries(names.map((name) => [OPTIONAL[name]!, true]))
}

/** Returns the answer options that the flags set. */
export const answersOf = (args: Arguments): AnswerOptions => {
  const generation = oneOf(args, 'page', GENERATIONS)
  const [template, contact] = [args.text('page-template'), args.text('contact')]
  const text = oneOf(args, 'short-text', SHORT_TEXT)
  return {
    page: {
      ...(generation === undefined ? {} : { generation }),
      ...(template === undefined ? {} : { template: readPageFile(template) }),
    },
    ...(contact === undefined ? {} : { contact }),
    ...(text === undefined ? {} : { text }),
    headers: optionalOf(args.text('answer-headers')),
    languages: args.on('languages'),
    emulatedHeader: !args.on('no-emulated-header'),
  }
}
