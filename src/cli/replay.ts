import { paint } from '../paint.ts'
import { readFailIf } from '../replay/fail-if.ts'
import type { ReplayOptions } from '../replay/replay.ts'
import { replay as replayLogs } from '../replay/replay.ts'
import { reportOf } from '../replay/report.ts'
import { trustedPeers } from '../visitor/addresses.ts'
import { parseFeedSpec } from '../visitor/feeds/spec.ts'
import { wholeEdge } from '../whole.ts'
import type { Arguments, Command } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, oneOf, usageError, wholeNumber } from './command.ts'
import { DEFAULT_DATA } from './defaults.ts'
import { writeText } from './output.ts'
import { printable } from './printable.ts'
import { replayPage } from './replay-page.ts'
import { progressLine } from './replay-progress.ts'
import { replayText } from './replay-text.ts'
import { namedSources, SOURCE_FLAGS } from './sources.ts'
import { SUMMARIES } from './summaries.ts'
import { TERRAFORM_FLAGS } from './terraform-flags.ts'

const MAX_TOP = 1_000
const MAX_THREADS = 16
const SCHEMES = ['http', 'https'] as const
const BOTS = ['on', 'off'] as const

const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?$/
const EXPECTED_TIME = 'expected a time such as 2026-11-29 or 2026-11-29T10:00:00Z'

const timeOf = (args: Arguments, flag: string): number | undefined => {
  const text = args.text(flag)
  if (text === undefined) return undefined
  const [whole, zone] = TIME.exec(text) ?? []
  const iso = text.replace(' ', 'T')
  const ms =
    whole === undefined
      ? Number.NaN
      : Date.parse(zone === undefined && iso.includes('T') ? `${iso}Z` : iso)
  if (Number.isNaN(ms)) throw usageError(`--${flag} "${text}": ${EXPECTED_TIME}`)
  return ms
}

const SAMPLE = /^1\/([1-9]\d{0,8})$|^(\d+(?:\.\d+)?)%$/

/** Reads `--sample` as an interval: N means that every Nth line is judged. Throws EdgeError `wrong_usage`. */
const everyOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const [, divisor, percent] = SAMPLE.exec(text) ?? []
  const every = divisor === undefined ? 100 / Number(percent) : Number(divisor)
  if (!Number.isFinite(every) || every < 1) {
    throw usageError(`--sample "${text}": expected 1/N or a percentage, as in 1/10 or 5%`)
  }
  return Math.round(every)
}

/** Replaces `dns` from the settings with `on`: DNS lookups are only for live requests. */
const botsOf = (args: Arguments): (typeof BOTS)[number] =>
  !args.given('bots') && args.text('bots') === 'dns' ? 'on' : (oneOf(args, 'bots', BOTS) ?? 'on')

const optionsOf = (args: Arguments): Omit<ReplayOptions, 'stdin'> => {
  const logs = args.positionals
  if (logs.length === 0) {
    throw usageError('edge1020 replay: expected an access log, or - for standard input')
  }
  if (logs.filter((log) => log === '-').length > 1) {
    throw usageError('edge1020 replay: standard input (-) can be read once')
  }
  const rules = args.texts('rules')
  if (rules.length === 0) throw usageError('edge1020 replay: expected --rules with a path')
  const against = args.texts('against')
  const named = namedSources(args)
  const of = (flag: string) => named.filter((one) => one.flag === flag).map(({ value }) => value)
  const trust = args.texts('trust')
  trustedPeers(trust)
  return {
    logs,
    rules,
    against: against.length === 0 ? undefined : against,
    terraform: { vars: args.texts('var'), varFiles: args.texts('var-file') },
    sources: {
      data: args.text('data') ?? '',
      geo: of('geo'),
      asn: of('asn-data').at(-1),
      feeds: of('feed').map(parseFeedSpec),
      bots: botsOf(args),
    },
    trust,
    format: args.text('format'),
    selection: {
      sinceMs: timeOf(args, 'since'),
      untilMs: timeOf(args, 'until'),
      every: everyOf(args.text('sample')),
    },
    given: {
      host: args.text('host'),
      ip: args.text('ip'),
      scheme: oneOf(args, 'scheme', SCHEMES),
    },
    threads:
      args.text('threads') === undefined
        ? undefined
        : wholeNumber(args, 'threads', { min: 1, max: MAX_THREADS }),
  }
}

export const replay: Command = {
  name: 'replay',
  summary: SUMMARIES.replay,
  usage: 'LOG… --rules PATH [--against PATH] [options]',
  description:
    'Reads access logs, plain or packed by gzip or zstd (- is standard input), and judges each request as an edge would have.\n' +
    'With --against it says how two sets of rules differ. Rules that read what the log does not hold are named and left out.',
  flags: {
    rules: {
      value: 'PATH',
      short: 'r',
      multiple: true,
      help: 'rules to judge by: a file or directory',
    },
    against: {
      value: 'PATH',
      multiple: true,
      help: 'rules to compare with, such as those in force: newly blocked is what --rules blocks and these do not',
    },
    'fail-if': {
      value: 'CONDITION',
      multiple: true,
      help: 'exit code 1 if it is true: passed, blocked, challenged, refused, newly_blocked, newly_challenged, newly_passed, changed, broken or rule "NAME", compared with a count or a percentage',
    },
    format: {
      value: 'FORMAT',
      help: 'format of the logs: a name, or a pattern of nginx’s or Apache’s log_format (default: recognised by content)',
    },
    host: { value: 'NAME', help: 'host of requests whose log has none' },
    scheme: { value: 'SCHEME', help: 'http or https, for logs that do not say' },
    ip: { value: 'IP', help: 'client address, for logs that have none' },
    trust: {
      value: 'CIDR',
      multiple: true,
      help: 'trust the forwarded addresses in the log from these peers: a network, loopback, private, cloudflare',
    },
    since: {
      value: 'TIME',
      help: 'only requests from this time on, e.g. 2026-11-29 or 2026-11-29T10:00:00Z',
    },
    until: { value: 'TIME', help: 'only requests before this time' },
    sample: { value: 'SHARE', help: 'judge only this share of the lines: 1/10 or 5%' },
    top: { value: 'N', default: '10', help: 'length of each list' },
    out: { value: 'FILE', short: 'o', help: 'write a report with charts, one HTML file' },
    threads: {
      value: 'N',
      help: 'threads that judge (default: one for each processor where the logs are large)',
    },
    ...TERRAFORM_FLAGS,
    data: { value: 'DIR', default: DEFAULT_DATA, help: 'directory of downloaded data' },
    ...SOURCE_FLAGS,
  },
  findings: 'a --fail-if is true',
  examples: [
    'edge1020 replay access.log --rules rules/starter.yaml',
    "edge1020 replay access.log.*.gz --rules new.yaml --against rules/starter.yaml --fail-if 'newly_blocked > 0.1%'",
    'zcat access.log.gz | edge1020 replay - --rules rules/starter.yaml --json',
  ],
  run: async (args, io) => {
    const options = optionsOf(args)
    const top = wholeNumber(args, 'top', { min: 1, max: MAX_TOP })
    const conditions = args.texts('fail-if').map(readFailIf)
    const needy = conditions.find(({ needsAgainst }) => needsAgainst)
    if (needy !== undefined && options.against === undefined) {
      throw usageError(
        `--fail-if "${needy.text}": expected --against with the rules to compare with`
      )
    }
    wholeEdge()
    const progress = progressLine(io)
    const replayed = await replayLogs({
      ...options,
      stdin: io.stdin,
      onProgress: progress.show,
      onError: ({ message }) => io.err(`edge1020: ${printable(message)}\n`),
    }).finally(progress.clear)
    const report = reportOf(replayed, top)
    io.out(
      args.on('json')
        ? `${JSON.stringify(report, null, 2)}\n`
        : replayText(report, { color: io.color, top })
    )
    const out = args.text('out')
    if (out !== undefined) writeText(out, replayPage(report, top))
    const failures = conditions.flatMap(({ text, check }) => {
      const reason = check(report)
      return reason === undefined ? [] : [`${text}: ${reason}`]
    })
    // Without a judged request, the conditions prove nothing.
    if (conditions.length > 0 && report.requests === 0) {
      failures.push('--fail-if: no request was judged')
    }
    for (const failure of failures) io.err(`${paint(io.color, 'red', 'failed:')} ${failure}\n`)
    return failures.length > 0 ? EXIT_FINDINGS : EXIT_OK
  },
}
