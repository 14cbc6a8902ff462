import { readFile } from 'node:fs/promises'
import type { Block } from '../client/identify.ts'
import { identify as identifyResponse } from '../client/identify.ts'
import type { PlainResponse } from '../client/response.ts'
import { EdgeError, messageOf } from '../error.ts'
import { paint } from '../paint.ts'
import { fileReason } from '../text-file.ts'
import { readSaved } from '../toolkit/saved-response.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, usageError, wholeNumber } from './command.ts'
import { SUMMARIES } from './summaries.ts'

const MAX_SECONDS = 600
const MS_PER_SECOND = 1_000

/** Returns the cause's message, because `fetch` puts the reason of a failure there. */
const reasonOf = (error: unknown): string =>
  messageOf(error instanceof Error ? (error.cause ?? error) : error)

const request = async (url: string, args: Arguments): Promise<Block | null> => {
  const headers = new Headers()
  for (const header of args.texts('header')) {
    const colon = header.indexOf(':')
    if (colon < 1) throw usageError(`--header "${header}": expected name: value`)
    headers.append(header.slice(0, colon).trim(), header.slice(colon + 1).trim())
  }
  const agent = args.text('user-agent')
  if (agent !== undefined) headers.set('user-agent', agent)
  const seconds = wholeNumber(args, 'timeout', { min: 1, max: MAX_SECONDS })
  try {
    const signal = AbortSignal.timeout(seconds * MS_PER_SECOND)
    return await identifyResponse(await fetch(url, { headers, signal }))
  } catch (error) {
    throw new EdgeError('request_failed', `${url}: ${reasonOf(error)}`, { cause: error })
  }
}

const saved = async (source: string, io: Io): Promise<PlainResponse> => {
  if (source !== '-') {
    try {
      return readSaved(await readFile(source, 'utf8'))
    } catch (error) {
      throw new EdgeError('file_not_found', `${source}: cannot be read: ${fileReason(error)}`, {
        cause: error,
      })
    }
  }
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of io.stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
  }
  return readSaved(text + decoder.decode())
}

/** Describes a block for a terminal. */
export const describeBlock = (block: Block, { color }: Io): string => {
  const { kind, code, rayId, colo, cause, whoBlocked, retryable, retryAfter, advice } = block
  const rows: [string, string][] = [
    ['What', `${paint(color, 'bold', kind)}${code === undefined ? '' : ` ${code}`}`],
    ['Cause', `${cause}, by the ${whoBlocked}`],
    ['Ray ID', rayId === undefined ? '(none)' : `${rayId}${colo === undefined ? '' : `-${colo}`}`],
    [
      'Retry',
      retryable
        ? `yes${retryAfter === undefined ? '' : `, after ${retryAfter} s`}`
        : 'will not help',
    ],
    ...advice.map((text, i): [string, string] => [i === 0 ? 'Advice' : '', text]),
    ...(block.emulated ? [['Note', 'from edge1020, not from Cloudflare'] as [string, string]] : []),
  ]
  const width = Math.max(...rows.map(([label]) => label.length)) + 2
  return rows.map(([label, text]) => `${label.padEnd(width)}${text}\n`).join('')
}

export const identify: Command = {
  name: 'identify',
  summary: SUMMARIES.identify,
  usage: 'URL|FILE|- [options]',
  description:
    'Requests a URL, or reads a saved response: a body, or head and body as `curl -i` prints them (- is standard input). Shows\n' +
    'whether the response is a block, a challenge, a rate limit or an origin error.',
  flags: {
    'user-agent': { value: 'TEXT', short: 'A', help: 'user agent of the request' },
    header: { value: 'HEADER', short: 'H', multiple: true, help: "a header, 'name: value'" },
    timeout: { value: 'SECONDS', default: '30', help: 'time limit for the answer' },
  },
  findings: 'a block, a challenge, a rate limit or an origin error',
  examples: [
    'edge1020 identify http://127.0.0.1:8020/.env',
    'curl -si http://127.0.0.1:8020/ | edge1020 identify -',
  ],
  run: async (args, io) => {
    const [source, ...others] = args.positionals
    if (source === undefined || others.length > 0) {
      throw usageError('edge1020 identify: expected one URL, one file, or - for standard input')
    }
    const block = /^https?:\/\//i.test(source)
      ? await request(source, args)
      : identifyResponse(await saved(source, io))
    if (args.on('json')) io.out(`${JSON.stringify(block)}\n`)
    else if (block === null) io.out("the site's own answer: no block\n")
    else io.out(describeBlock(block, io))
    return block === null ? EXIT_OK : EXIT_FINDINGS
  },
}
