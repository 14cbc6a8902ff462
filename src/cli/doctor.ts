import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { readPageFile } from '../answers/node/own-page-file.ts'
import { EdgeError } from '../error.ts'
import { openStore } from '../events/node/open.ts'
import { loadRulePaths } from '../import/node/load.ts'
import { paint } from '../paint.ts'
import { allRules } from '../rules/rule.ts'
import type { OpenedSources } from '../visitor/node/sources.ts'
import { openSources, providedBy } from '../visitor/provides.ts'
import { sourcesOf, warningsOf } from '../warnings.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_FINDINGS, EXIT_OK, usageError } from './command.ts'
import { DEFAULT_DATA } from './defaults.ts'
import { printable } from './printable.ts'
import type { NamedSource } from './sources.ts'
import { namedSources, openNamed, SOURCE_FLAGS, sourceLabel } from './sources.ts'
import { SUMMARIES } from './summaries.ts'

interface Finding {
  readonly level: 'ok' | 'warning' | 'error'
  readonly what: string
  readonly text: string
}

/** Runs one check. An EdgeError becomes a finding, so the other checks still run. */
const checked = async (what: string, check: () => Finding[] | Promise<Finding[]>) => {
  try {
    return await check()
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    return [{ level: 'error', what, text: error.message.trimEnd() } as const]
  }
}

const ok = (what: string, text: string): Finding => ({ level: 'ok', what, text })
const warn = (what: string, text: string): Finding => ({ level: 'warning', what, text })

const checkData = (directory: string): Finding[] => {
  if (!existsSync(directory)) {
    return [ok('data', `${directory}: does not exist yet; the edge creates it at its first start`)]
  }
  if (!statSync(directory).isDirectory()) {
    throw new EdgeError('data_failed', `--data ${directory}: a file: expected a directory`)
  }
  try {
    accessSync(directory, constants.R_OK | constants.W_OK)
    return [ok('data', directory)]
  } catch {
    throw new EdgeError('data_failed', `${directory}: this user cannot write to it`)
  }
}

const checkStore = async (args: Arguments): Promise<Finding[]> => {
  const spec = args.text('store')
  try {
    const store = openStore(spec, { dataDir: args.text('data') ?? '', readOnly: true })
    try {
      const [latest] = await store.query({ limit: 1 })
      return [
        ok('events', `${store.name}, ${latest === undefined ? 'empty' : `latest ${latest.time}`}`),
      ]
    } finally {
      await store.close()
    }
  } catch (error) {
    if (!(error instanceof EdgeError) || error.code !== 'store_not_found') throw error
    return [ok('events', 'no event store yet; the edge creates it at its first start')]
  }
}

const COUNTRY_LABEL = sourceLabel({ role: 'country' })

/** Loads the country data, because their date alone does not prove that they exist. Place data load only if a rule reads them. */
const checkSources = async (sources: OpenedSources): Promise<Finding[]> => {
  const countries = await checked(COUNTRY_LABEL, () => {
    sources.geo.open?.('country')
    return []
  })
  const others = await checked('sources', () => {
    sources.check()
    return sources
      .facts()
      .filter(({ role }) => role !== 'country' || countries.length === 0)
      .flatMap((fact) => [
        ok(sourceLabel(fact), fact.text),
        ...(fact.warning === undefined ? [] : [warn(sourceLabel(fact), fact.warning)]),
      ])
  })
  return [...countries, ...others]
}

const checkRules = (
  paths: readonly string[],
  sources: OpenedSources,
  seesTls: boolean
): Finding[] => {
  if (paths.length === 0) return []
  const ruleset = loadRulePaths(paths, {
    env: process.env,
    lists: sources.lists,
    readPage: readPageFile,
  })
  const rules = allRules(ruleset)
  const enabled = rules.filter((rule) => rule.enabled)
  // The edge opens the same data at its start. Missing data that the rules read throw here.
  openSources(sources, sourcesOf(ruleset.fields))
  return [
    ok('rules', `${enabled.length} of ${rules.length} enabled in ${ruleset.files.join(', ')}`),
    ...warningsOf(ruleset, providedBy(sources, seesTls)).map((warning) => warn('rules', warning)),
  ]
}

/** Opens each source separately first, so that each broken source gets its own finding. */
const checkVisitors = async (args: Arguments): Promise<Finding[]> => {
  const late: Finding[] = []
  const onError = (error: EdgeError) => late.push(warn('sources', error.message))
  const sound: NamedSource[] = []
  const broken: Finding[] = []
  for (const named of namedSources(args)) {
    const found = await checked(`--${named.flag}`, () => {
      const sources = openNamed(args, [named], onError)
      try {
        if (named.flag === 'asn-data') sources.asn.open?.()
        if (named.flag === 'geo') sources.geo.open?.()
      } finally {
        sources.close()
      }
      sound.push(named)
      return []
    })
    broken.push(...found)
  }
  const rest = await checked('sources', async () => {
    const sources = openNamed(args, sound, onError)
    try {
      const seesTls = args.on('tls')
      const rules = await checked('rules', () => checkRules(args.texts('rules'), sources, seesTls))
      return [...(await checkSources(sources)), ...rules]
    } finally {
      sources.close()
    }
  })
  return [...broken, ...rest, ...late]
}

const MARKS = {
  ok: ['green', 'ok'],
  warning: ['yellow', 'warning'],
  error: ['red', 'error'],
} as const
const MARK_CHARS = 9

const print = (findings: readonly Finding[], io: Io) => {
  const width = Math.max(...findings.map(({ what }) => what.length)) + 2
  for (const { level, what, text } of findings) {
    const [color, mark] = MARKS[level]
    const [first = '', ...rest] = text.split('\n')
    io.out(
      `${paint(io.color, color, mark.padEnd(MARK_CHARS))}${what.padEnd(width)}${printable(first)}\n`
    )
    for (const line of rest) io.out(`${' '.repeat(MARK_CHARS + width)}${printable(line)}\n`)
  }
}

export const doctor: Command = {
  name: 'doctor',
  summary: SUMMARIES.doctor,
  usage: '[options]',
  description:
    'Checks the data directory, the event store, each source of visitor data with its date, and the rules with the data that\n' +
    'they need.',
  flags: {
    rules: { value: 'PATH', short: 'r', multiple: true, help: 'rule file or directory' },
    data: { value: 'DIR', default: DEFAULT_DATA, help: 'data directory of the edge' },
    store: {
      value: 'SPEC',
      help: 'event store, if not in --data: sqlite:FILE or postgres://HOST/DATABASE',
    },
    ...SOURCE_FLAGS,
    tls: { help: 'assume that the edge listens on HTTPS and sees TLS fingerprints' },
    strict: { help: 'treat warnings as findings' },
  },
  findings: 'an error, and with --strict old or missing data',
  examples: ['edge1020 doctor --rules rules/starter.yaml', 'edge1020 doctor --strict --json'],
  run: async (args, io) => {
    if (args.positionals.length > 0) {
      throw usageError(
        `edge1020 doctor: unexpected "${args.positionals[0]}": name rules with --rules`
      )
    }
    const findings: Finding[] = [
      ok('node', process.version),
      ok('config', args.settings.file ?? 'none; `edge1020 init` writes one'),
      ...(await checked('data', () => checkData(args.text('data') ?? ''))),
      ...(await checked('events', () => checkStore(args))),
      ...(await checkVisitors(args)),
    ]
    if (args.on('json')) io.out(`${JSON.stringify({ findings })}\n`)
    else print(findings, io)
    const counts = (level: Finding['level']) => findings.some((finding) => finding.level === level)
    return counts('error') || (args.on('strict') && counts('warning')) ? EXIT_FINDINGS : EXIT_OK
  },
}
