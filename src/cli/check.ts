import { createRequire } from 'node:module'
import { identify } from '../client/identify.ts'
import { EdgeError, messageOf } from '../error.ts'
import { paint } from '../paint.ts'
import type { CheckResult, Seen } from '../toolkit/check/check.ts'
import { checkRequest } from '../toolkit/check/check.ts'
import { parseFrom } from '../toolkit/from.ts'
import { asBrowser } from '../toolkit/requests/as-browser.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, usageError, wholeNumber } from './command.ts'
import { READER_FLAGS } from './event-reader.ts'
import { flipText, nameOf } from './flip-text.ts'
import { describeBlock } from './identify.ts'
import { askLiveEdge, liveEdge } from './live-edge.ts'
import { printable, table } from './printable.ts'
import { requestOf } from './request-argument.ts'
import { SUMMARIES } from './summaries.ts'
import { TRIAL_FLAGS, withTrials } from './trials.ts'

const MAX_SECONDS = 600
const MS_PER_SECOND = 1_000
const MAX_NAME_CHARS = 48

const rowOf = ({ title, country, asn, action, code, rule }: Seen, isBlocked: boolean, io: Io) => [
  paint(io.color, isBlocked ? 'red' : 'green', isBlocked ? 'blocked' : 'passes '),
  printable(title, MAX_NAME_CHARS),
  country,
  asn === 0 ? '' : `AS${asn}`,
  isBlocked ? `${action}${code === undefined ? '' : ` ${code}`}` : '',
  rule === undefined || !isBlocked ? '' : printable(rule, MAX_NAME_CHARS),
]

const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

const causeText = ({ attribution }: CheckResult): string[] => {
  if (attribution === undefined) return []
  const { of, rule, source, scope, together, irrelevant, flips } = attribution
  const joined = listed(scope.map(nameOf))
  const cause =
    scope.length === 0
      ? 'nothing that a visitor can change alone or in a pair: the rule is about everybody who asks for this'
      : together
        ? `${joined}, together`
        : scope.length === 1
          ? joined
          : `${joined}: another value of one is enough`
  return [
    `\n${printable(of)}: blocked by "${printable(rule)}" (${printable(source)})\n`,
    `  because of:      ${cause}\n`,
    ...(irrelevant.length === 0 ? [] : [`  does not matter: ${listed(irrelevant.map(nameOf))}\n`]),
    ...flips.map((flip) => `  passes with:     ${printable(flipText(flip))}\n`),
  ]
}

const remedyText = ({ remedies }: CheckResult, io: Io): string[] => {
  if (remedies.length === 0) return []
  const rows = remedies.map(({ what, works, tried }) => [
    paint(io.color, works ? 'green' : 'dim', works ? '  helps' : '  no   '),
    what,
    tried === undefined || !works || tried === what ? '' : `(${tried})`,
  ])
  const working = remedies.filter(({ works }) => works)
  const only = working.length === 1 ? '\nOnly the owner of the site can change that.\n' : ''
  return [`\nWhat would help, the cheapest first:\n`, table(rows), only]
}

const print = (result: CheckResult, args: Arguments, io: Io): number => {
  const { blocked, passed, notes } = result
  if (args.on('json')) io.out(`${JSON.stringify(result)}\n`)
  else {
    const rows = [
      ...blocked.map((one) => rowOf(one, true, io)),
      ...passed.map((one) => rowOf(one, false, io)),
    ]
    const count = `${blocked.length} of ${blocked.length + passed.length} vantage points are blocked`
    io.out(
      [
        table(rows),
        `\n${count}\n`,
        ...causeText(result),
        ...remedyText(result, io),
        ...notes.map((note) => `note: ${printable(note)}\n`),
      ].join('')
    )
  }
  return blocked.length > 0 ? EXIT_FINDINGS : EXIT_OK
}

const agent = (): string => {
  const { version } = createRequire(import.meta.url)('edge1020/package.json') as { version: string }
  return `edge1020/${version} (edge1020 check: one request by a person at a terminal)`
}

/** Checks a site that is not local with exactly one request. Its user agent names this command. */
const askOnce = async (url: string, args: Arguments, io: Io): Promise<number> => {
  const seconds = wholeNumber(args, 'timeout', { min: 1, max: MAX_SECONDS })
  let status: number
  let block: Awaited<ReturnType<typeof identify>>
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { 'user-agent': agent() },
      signal: AbortSignal.timeout(seconds * MS_PER_SECOND),
    })
    status = response.status
    block = await identify(response)
  } catch (error) {
    const reason = messageOf(error instanceof Error ? (error.cause ?? error) : error)
    throw new EdgeError('request_failed', `${url}: ${reason}`, { cause: error })
  }
  const note =
    'one request from this machine; other places cannot be tried without the rules of this site'
  if (args.on('json')) io.out(`${JSON.stringify({ url, status, block, notes: [note] })}\n`)
  else {
    const text = block === null ? "the site's own answer: no block\n" : describeBlock(block, io)
    io.out(`${printable(url)}: status ${status}\n${text}\nnote: ${note}\n`)
  }
  return block === null ? EXIT_OK : EXIT_FINDINGS
}

const { admin: ADMIN, 'admin-token': ADMIN_TOKEN } = READER_FLAGS

export const check: Command = {
  name: 'check',
  summary: SUMMARIES.check,
  usage: "URL|'curl …'|FILE|- [options]",
  description:
    'Judges a request as homes in four regions, phones, servers, VPNs, Tor and bots would send it, and as each --from. Names the rule,\n' +
    'the attributes that it is about, and which remedies of a visitor help. Nothing is sent: --rules names rule files, and --admin a\n' +
    'running edge, which judges by its rules in force. Without them a URL on this machine is asked of the edge that runs here, and any\n' +
    'other URL gets one request, whose answer is identified.',
  flags: {
    from: {
      value: 'VISITOR',
      multiple: true,
      help: 'you: a persona, or attributes such as country=DE,asn=24940',
    },
    entry: { value: 'N', help: 'the request of a HAR file, from 1 (default 1)' },
    admin: ADMIN!,
    'admin-token': ADMIN_TOKEN!,
    timeout: { value: 'SECONDS', default: '30', help: 'time limit for the answer of another site' },
    ...TRIAL_FLAGS,
  },
  findings: 'something is blocked',
  examples: [
    'edge1020 check https://shop.test/ --rules rules/starter.yaml',
    'edge1020 check https://shop.test/ --rules rules/starter.yaml --from curl-hetzner --from country=DE,asn=3320',
    'edge1020 check https://shop.test/.env --rules rules/starter.yaml --json',
  ],
  run: async (args, io) => {
    const read = await requestOf(args, io, 'check')
    const from = args.texts('from').map(parseFrom)
    if (args.given('rules') && args.given('admin'))
      throw usageError('--rules and --admin: expected one of them')
    const namesRules = args.texts('rules').length > 0 && !args.given('admin')
    const { request } = asBrowser(read, {})
    const url = request.url ?? ''
    const edge = namesRules ? undefined : await liveEdge(url, args)
    if (edge !== undefined) {
      const question = { request, from: args.texts('from') }
      const result = (await askLiveEdge(edge, 'api/check', question, args, io)) as CheckResult
      return print({ ...result, notes: [...read.notes, ...result.notes] }, args, io)
    }
    if (!namesRules) return askOnce(url, args, io)
    return withTrials(args, io, (trials) => {
      const result = checkRequest(trials, request, { from })
      return print({ ...result, notes: [...read.notes, ...result.notes] }, args, io)
    })
  },
}
