import { writeFileSync } from 'node:fs'
import { GENERATIONS } from '../answers/answer.ts'
import { catalogue } from '../answers/catalogue.ts'
import { createAnswers } from '../answers/create.ts'
import { languages } from '../answers/languages/all.ts'
import { LANGUAGE_CODES } from '../answers/languages.ts'
import { DIALECTS } from '../answers/negotiate.ts'
import { readPageFile } from '../answers/node/own-page-file.ts'
import { EdgeError } from '../error.ts'
import { createRays } from '../ray.ts'
import { fileReason } from '../text-file.ts'
import type { Arguments, Command } from './command.ts'
import { EXIT_OK, oneOf, usageError } from './command.ts'
import { SUMMARIES } from './summaries.ts'

const MAX_NEAR = 3
const KNOWN_CODES = [...catalogue.keys()].sort((x, y) => x - y)

/** Formats codes with consecutive ones as a range: `502 504 520-527`. */
const ranges = (sorted: readonly number[]): string => {
  const runs: [number, number][] = []
  for (const code of sorted) {
    const run = runs.at(-1)
    if (run !== undefined && run[1] === code - 1) run[1] = code
    else runs.push([code, code])
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(' ')
}

const nearCodes = (code: number): number[] =>
  [...KNOWN_CODES]
    .sort((x, y) => Math.abs(x - code) - Math.abs(y - code))
    .slice(0, MAX_NEAR)
    .sort((x, y) => x - y)

const codeOf = (args: Arguments): number => {
  const [text, ...others] = args.positionals
  if (text === undefined) throw usageError('edge1020 page: expected a code, such as 1020')
  if (others.length > 0) throw usageError(`edge1020 page: unexpected "${others[0]}"`)
  const code = /^\d{3,4}$/.test(text) ? Number(text) : Number.NaN
  if (catalogue.has(code)) return code
  const near = Number.isNaN(code)
    ? 'expected one such as 1020'
    : `the nearest are ${nearCodes(code).join(', ')}`
  throw usageError(
    `edge1020 page: "${text}" is not an error code: ${near}; \`edge1020 page --help\` lists all`
  )
}

export const page: Command = {
  name: 'page',
  summary: SUMMARIES.page,
  usage: 'CODE [options]',
  description:
    'Prints the body of an answer, and with --include its head. A running edge serves the same at `/cdn-cgi/error/CODE`.\n' +
    `Codes: ${ranges(KNOWN_CODES)}.`,
  flags: {
    dialect: {
      value: 'DIALECT',
      short: 'd',
      default: 'html',
      help: `format: ${DIALECTS.join(', ')}`,
    },
    generation: {
      value: 'NAME',
      short: 'g',
      help: 'generation of the page: g1, g2, g3, waf or union (default: that of Cloudflare today)',
    },
    template: { value: 'FILE', help: "page of your own, with Cloudflare's tokens" },
    host: { value: 'HOST', default: 'shop.example', help: 'host name of the site' },
    language: {
      value: 'TAG',
      help: "language of edge1020's own sentences: en, de, es, fr, ja, pt or zh",
    },
    contact: { value: 'URL', help: 'contact link for visitors; may contain ::RAY_ID::' },
    include: { short: 'i', help: 'print status and headers too' },
    output: { value: 'FILE', short: 'o', help: 'write to a file' },
  },
  examples: [
    'edge1020 page 1020 --dialect json',
    'edge1020 page 1009 --generation g2 -o 1009.html',
  ],
  run: async (args, io) => {
    const code = codeOf(args)
    const template = args.text('template')
    const language = oneOf(args, 'language', LANGUAGE_CODES)
    const generation = oneOf(args, 'generation', GENERATIONS)
    const { ray, timeMs } = createRays().next()
    const { status, headers, body } = createAnswers({
      contact: args.text('contact'),
      languages: language !== undefined && languages,
    }).refuse({
      code,
      ray,
      colo: 'LOC',
      timeMs,
      host: args.text('host') ?? '',
      ip: '192.0.2.1',
      country: 'XX',
      method: 'GET',
      dialect: oneOf(args, 'dialect', DIALECTS),
      acceptLanguage: language,
      page: {
        ...(generation === undefined ? {} : { generation }),
        ...(template === undefined ? {} : { template: readPageFile(template) }),
      },
    })
    const head = args.on('include')
      ? `HTTP/1.1 ${status}\n${Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}\n`)
          .join('')}\n`
      : ''
    const text = head + String(body)
    const file = args.text('output')
    if (file === undefined) {
      io.out(text)
      return EXIT_OK
    }
    try {
      writeFileSync(file, text)
    } catch (cause) {
      throw new EdgeError('not_written', `${file}: cannot be written: ${fileReason(cause)}`, {
        cause,
      })
    }
    return EXIT_OK
  },
}
