import type { AuditFinding } from '../audit/audit.ts'
import { audit } from '../audit/audit.ts'
import { sharesOf, toDocument } from '../audit/document.ts'
import type { AddressShare } from '../audit/share.ts'
import type { SweepRow } from '../audit/sweep.ts'
import { comparedFields, isSwept, sweep, wordOf } from '../audit/sweep.ts'
import { WEIGHTS } from '../audit/visitors.ts'
import { paint } from '../paint.ts'
import { percent } from '../rule-tests/reporters/report.ts'
import type { Ruleset } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, oneOf, unknownWord, usageError } from './command.ts'
import { counted } from './counted.ts'
import { printable, table } from './printable.ts'
import { SUMMARIES } from './summaries.ts'
import { openTrials, TRIAL_FLAGS } from './trials.ts'

const HOST = 'shop.test'
const HOST_FORM = /^(?:\[[\da-f:.]+\]|[^\s/?#@:[\]\\]+)(?::\d{1,5})?$/i
/** Fields with the host name. Rules on them need the site's own host name in `--host`. */
const HOST_FIELDS = ['http.host', 'cf.zone.name']
const MOST_VISITORS = 12
const COLORS = { high: 'red', medium: 'yellow', low: 'dim' } as const
const FAIL_ON = [...WEIGHTS, 'never'] as const
const SWEEP = /^([a-z_.]+)=(\d{1,3})\.\.(\d{1,3})(?:\/(\d{1,3}))?$/
const STEP = 10

/**
 * Checks the field of `--sweep`: the full name, or its last word, of a field that rules compare with a number.
 *
 * @throws EdgeError `wrong_usage` for any other name
 */
const checkSwept = (ruleset: Ruleset, name: string): void => {
  const fields = comparedFields(ruleset)
  if (fields.some((field) => isSwept(field, name))) return
  const known = [...new Set(fields.flatMap((field) => [field, wordOf(field)]))]
  if (known.length === 0) {
    throw usageError(`--sweep "${name}": no rule compares a field with a number`)
  }
  throw unknownWord('--sweep: no rule compares a number with the field', name, known)
}

const thresholdsOf = (args: Arguments): { name: string; thresholds: number[] } | undefined => {
  const text = args.text('sweep')
  if (text === undefined) return undefined
  const [, name, from, to, step = String(STEP)] = SWEEP.exec(text) ?? []
  const [first, last, by] = [Number(from), Number(to), Number(step)]
  if (name === undefined || first > last || by === 0) {
    throw usageError(
      `--sweep "${text}": expected FIELD=FROM..TO or FIELD=FROM..TO/STEP, such as score=10..90`
    )
  }
  const thresholds: number[] = []
  for (let value = first; value <= last; value += by) thresholds.push(value)
  return { name, thresholds }
}

const shareText = (share: number) => `${(share * 100).toFixed(1)} %`

const verdictOf = ({ action, code }: AuditFinding) =>
  action === 'block' ? `${action} ${code}` : action

const visitorsText = (count: number, kind: string) => counted(count, `${kind} visitor`)

const printFinding = (finding: AuditFinding, share: AddressShare | undefined, io: Io) => {
  const { rule, place, severity, visitors, badStopped, remedy } = finding
  const head = paint(io.color, COLORS[severity], severity.toUpperCase())
  io.out(
    `${head} ${paint(io.color, 'bold', printable(rule.name))}  ${paint(io.color, 'dim', place)}\n`
  )
  io.out(
    `  ${verdictOf(finding)}: stops ${visitorsText(visitors.length, 'good')} and ${badStopped} bad\n`
  )
  if (share !== undefined && share.ipv4 + share.ipv6 > 0) {
    io.out(
      `  stops a browser from ${shareText(share.ipv4)} of the public IPv4 addresses, and of the IPv6 networks from ${shareText(share.ipv6)}\n`
    )
  }
  const shown = visitors.slice(0, MOST_VISITORS)
  const rows = shown.map(({ name, breaks, path }) => [
    `    ${printable(name)}`,
    path === '/' ? '' : printable(path),
    breaks,
  ])
  io.out(table(rows))
  if (visitors.length > shown.length) {
    io.out(`    … and ${visitors.length - shown.length} more: --json has all of them\n`)
  }
  if (remedy === undefined) {
    io.out('  No exception lets a good visitor through without a bad one.\n\n')
    return
  }
  const { exception, frees, leaves } = remedy
  const rest = leaves.length === 0 ? '' : `; ${leaves.length} stay stopped`
  io.out(`  Lets ${frees.length} of them through, and none of the bad ones${rest}:\n`)
  io.out(`    ${paint(io.color, 'green', printable(exception))}\n\n`)
}

const printSweep = (name: string, rows: readonly SweepRow[], io: Io) => {
  io.out(
    table([
      [name.toUpperCase(), 'GOOD STOPPED', 'BAD STOPPED'],
      ...rows.map(({ threshold, stoppedGood, stoppedBad }) => [
        String(threshold),
        String(stoppedGood),
        String(stoppedBad),
      ]),
    ])
  )
}

const run = async (args: Arguments, io: Io): Promise<number> => {
  const failOn = oneOf(args, 'fail-on', FAIL_ON) ?? 'high'
  const asked = thresholdsOf(args)
  const host = args.text('host') ?? HOST
  if (!HOST_FORM.test(host)) throw usageError(`--host "${host}": expected a host, such as ${HOST}`)
  return openTrials(args, io, args.positionals, (trials, options) => {
    if (asked !== undefined) checkSwept(options.ruleset, asked.name)
    const report = audit({ ...options, host })
    const byHost = allRules(options.ruleset).filter(
      ({ enabled, expression }) =>
        enabled && expression.fields.some((field) => HOST_FIELDS.includes(field))
    )
    if (byHost.length > 0 && !args.given('host') && host === HOST) {
      io.err(
        `edge1020 audit: ${byHost.length === 1 ? 'one rule reads' : `${byHost.length} rules read`} the host, but the visitors request ${HOST}: set the host of your site with --host\n`
      )
    }
    const shares = sharesOf(trials, host, options)
    const rows = asked && sweep({ ...options, host }, asked.name, asked.thresholds)
    if (args.on('json'))
      io.out(`${JSON.stringify(toDocument(report, shares, rows), undefined, 2)}\n`)
    else {
      for (const finding of report.findings) printFinding(finding, shares.get(finding.rule), io)
      if (asked !== undefined) printSweep(asked.name, rows ?? [], io)
      const { good, bad, stoppedGood, stoppedBad } = report
      io.out(
        `${stoppedGood} of ${good} good visitors are stopped (${percent(stoppedGood, good)}), ${stoppedBad} of ${bad} bad ones\n`
      )
    }
    const grave = failOn === 'never' ? [] : WEIGHTS.slice(0, WEIGHTS.indexOf(failOn) + 1)
    return report.findings.some(({ severity }) => grave.includes(severity))
      ? EXIT_FINDINGS
      : EXIT_OK
  })
}

export const auditCommand: Command = {
  name: 'audit',
  summary: SUMMARIES.audit,
  usage: '[FILE_OR_FOLDER...] [options]',
  description:
    'Judges some hundred good visitors by the rules: link previews, feed readers, search engines, monitors, webhooks, certificate\n' +
    'authorities, apps, VPNs. For each rule that stops some of them, names the loss and an exception that lets them through and\n' +
    'none of the bad visitors (scanners, scrapers).',
  flags: {
    ...TRIAL_FLAGS,
    host: { value: 'HOST', default: HOST, help: 'host of the requests' },
    sweep: {
      value: 'FIELD=FROM..TO',
      help: 'try other thresholds in the rules on a score, such as score=10..90 or score=10..90/5',
    },
    'fail-on': {
      value: 'SEVERITY',
      default: 'high',
      help: `the least severity for exit code 1: ${FAIL_ON.join(', ')}`,
    },
  },
  findings: 'a finding as grave as --fail-on',
  examples: [
    'edge1020 audit rules/starter.yaml --fail-on never',
    'edge1020 audit rules/starter.yaml --json --fail-on never',
  ],
  run,
}
