import { readPageFile } from './answers/node/own-page-file.ts'
import type { AuditDocument } from './audit/document.ts'
import { auditDocument } from './audit/document.ts'
import { DATA_DIRECTORY } from './directory.ts'
import { EdgeError } from './error.ts'
import type { LoadOptions } from './import/node/load.ts'
import { loadRulePaths } from './import/node/load.ts'
import { readPersonaFiles } from './personas/node/files.ts'
import type { ReplayOptions as ReplayAllOptions } from './replay/replay.ts'
import { replay as replayLogs } from './replay/replay.ts'
import type { ReplayReport } from './replay/report.ts'
import { reportOf } from './replay/report.ts'
import { runSuite } from './rule-tests/node/suite.ts'
import type { TestDocument } from './rule-tests/reporters/json.ts'
import { testDocument } from './rule-tests/reporters/json.ts'
import { documentsOf, rulesFromObjects } from './rules/objects.ts'
import type { CheckResult } from './toolkit/check/check.ts'
import { checkRequest } from './toolkit/check/check.ts'
import type { ExplainedRequest } from './toolkit/explain.ts'
import { explainRequest } from './toolkit/explain.ts'
import { parseFrom } from './toolkit/from.ts'
import type { From } from './toolkit/pretend.ts'
import { asBrowser } from './toolkit/requests/as-browser.ts'
import type { ReadRequest } from './toolkit/requests/read.ts'
import { readRequestText } from './toolkit/requests/read.ts'
import type { TrialRequest, TrialsOptions } from './toolkit/trial.ts'
import { createTrials } from './toolkit/trial.ts'
import { parseFeedSpec } from './visitor/feeds/spec.ts'
import type { BotsMode, OpenedSources } from './visitor/node/sources.ts'
import { openSources } from './visitor/node/sources.ts'
import { wholeEdge } from './whole.ts'

export type { AuditDocument } from './audit/document.ts'
export { EdgeError } from './error.ts'
export type { Progress } from './replay/replay.ts'
export type { ReplayReport } from './replay/report.ts'
export type { TestDocument } from './rule-tests/reporters/json.ts'
export type { Attribution, CheckResult, Seen } from './toolkit/check/check.ts'
export type { Remedy } from './toolkit/check/remedies.ts'
export type { Flip } from './toolkit/counterfactual/flips.ts'
export type { ExplainedRequest } from './toolkit/explain.ts'
export type { Decider, TraceStep } from './toolkit/explanation.ts'
export type { From } from './toolkit/pretend.ts'
export type { TrialRequest } from './toolkit/trial.ts'

/** The data on visitors. Default: that of the package. */
export interface VisitorData {
  /** Directory of downloaded data. Default `.edge1020`. */
  readonly data?: string
  /** MaxMind databases, or `geoip-lite`. */
  readonly geo?: readonly string[]
  /** Table of autonomous systems. */
  readonly asnData?: string
  /** Reputation feeds, as `--feed`: `drop=drop.json,weight=80`. */
  readonly feeds?: readonly string[]
  /** Detection of bots. Default `on`. */
  readonly bots?: 'on' | 'off'
}

export interface JudgingOptions extends VisitorData {
  /** Rule files and folders, or rule documents as objects. */
  readonly rules: string | readonly string[] | readonly object[]
  /** Persona files, besides the built-in personas. */
  readonly personas?: readonly string[]
  /** The values of Terraform variables. */
  readonly terraform?: Pick<LoadOptions, 'vars' | 'varFiles'>
}

export interface ExplainOptions extends JudgingOptions {
  /** Who asks: a persona by name, attributes as text (`country=DE,asn=24940`), or an object. */
  readonly from?: string | From
}

export interface CheckOptions extends JudgingOptions {
  /** Who asks besides the standard vantage points; the first of them that is blocked is explained. */
  readonly from?: readonly (string | From)[]
}

export interface AuditOptions extends JudgingOptions {
  /** Host of the requests. Default `shop.test`. */
  readonly host?: string
}

export interface TestOptions extends VisitorData {
  /** Test files and folders. */
  readonly tests: string | readonly string[]
  /** Rule files and folders in place of those that the test files name. */
  readonly rules?: string | readonly string[]
  readonly personas?: readonly string[]
  /** The values of Terraform variables. */
  readonly terraform?: Pick<LoadOptions, 'vars' | 'varFiles'>
  /** Selects tests by name and tags. */
  readonly selects?: (test: { readonly name: string; readonly tags: readonly string[] }) => boolean
  readonly coverage?: boolean
  readonly mutate?: boolean
}

export interface ReplayOptions
  extends VisitorData,
    Pick<ReplayAllOptions, 'format' | 'threads' | 'onProgress' | 'selection' | 'given'> {
  /** Paths of logs, plain or packed; `-` is `stdin`. */
  readonly logs: string | readonly string[]
  readonly stdin?: AsyncIterable<Uint8Array | string>
  readonly rules: string | readonly string[]
  /** Rules to compare with. */
  readonly against?: string | readonly string[]
  /** The values of Terraform variables. */
  readonly terraform?: Pick<LoadOptions, 'vars' | 'varFiles'>
  /** Peers in the log whose forwarded addresses are trusted. */
  readonly trust?: readonly string[]
  /** Length of each list of the report. Default 10. */
  readonly top?: number
}

const DEFAULT_TOP = 10

const listOf = (paths: string | readonly string[]): readonly string[] =>
  typeof paths === 'string' ? [paths] : paths

const specOf = ({
  data = DATA_DIRECTORY,
  geo = [],
  asnData,
  feeds = [],
  bots = 'on',
}: VisitorData) => ({
  data,
  geo,
  asn: asnData,
  feeds: feeds.map(parseFeedSpec),
  bots: bots satisfies BotsMode,
})

/** What is amiss with the data and stops nothing, such as a folder that nobody can write to. */
const warn = ({ message }: Error): void => process.emitWarning(message, 'Edge1020Warning')

const withSources = async <T>(
  options: VisitorData,
  run: (sources: OpenedSources) => T | Promise<T>
): Promise<T> => {
  const sources = openSources({ ...specOf(options), onError: warn })
  try {
    return await run(sources)
  } finally {
    sources.close()
  }
}

const isPaths = (rules: JudgingOptions['rules']): rules is string | readonly string[] =>
  typeof rules === 'string' || rules.every((one) => typeof one === 'string')

const withTrials = <T>(
  { rules, personas = [], terraform, ...data }: JudgingOptions,
  run: (options: TrialsOptions) => T
): Promise<T> =>
  withSources(data, ({ geo, asn, reputation, bots, lists }) => {
    const ruleset = isPaths(rules)
      ? loadRulePaths(listOf(rules), {
          lists,
          readPage: readPageFile,
          env: process.env,
          ...terraform,
        })
      : rulesFromObjects(documentsOf(rules), { lists })
    return run({
      ruleset,
      personas: readPersonaFiles(personas),
      geo,
      asn,
      reputation,
      bots,
      seesTls: true,
    })
  })

const fromOf = (from: string | From): From => (typeof from === 'string' ? parseFrom(from) : from)

const readOf = (request: string | TrialRequest): ReadRequest =>
  typeof request === 'string' ? readRequestText(request) : { request, notes: [], kind: 'raw' }

/**
 * Says what each phase and rule says of one request, and what would turn the verdict round: `edge1020 explain --json`.
 *
 * @param request a URL, a command line of curl, the text of a HAR file or of an HTTP request, or an object
 * @throws EdgeError `invalid_request`, `invalid_rules`, `wrong_attributes`
 * @example (await explain('https://shop.test/.env', { rules: 'rules/starter.yaml' })).rule?.name // 'nothing to find here'
 */
export const explain = async (
  request: string | TrialRequest,
  { from = {}, ...options }: ExplainOptions
): Promise<ExplainedRequest> => {
  const who = fromOf(from)
  const read = asBrowser(readOf(request), who)
  return withTrials(options, (trials) => explainRequest(createTrials(trials), read, who))
}

/**
 * "Is it just me?": who is blocked, by which rule, because of what, and what would help: `edge1020 check --json`.
 *
 * @throws EdgeError as `explain`
 * @example (await check('https://shop.test/', { rules, from: ['curl-hetzner'] })).attribution?.rule // 'no scripts'
 */
export const check = async (
  request: string | TrialRequest,
  { from = [], ...options }: CheckOptions
): Promise<CheckResult> => {
  const read = readOf(request)
  const who = from.map(fromOf)
  return withTrials(options, (trials) => {
    const asked = asBrowser(read, {}).request
    const result = checkRequest(createTrials(trials), asked, { from: who })
    return { ...result, notes: [...read.notes, ...result.notes] }
  })
}

/**
 * Finds the good visitors that rules stop, and the smallest exceptions for them: `edge1020 audit --json`.
 *
 * @throws EdgeError `invalid_rules`
 * @example (await audit({ rules: 'rules' })).findings[0]?.remedy?.exception
 */
export const audit = ({ host, ...options }: AuditOptions): Promise<AuditDocument> =>
  withTrials(options, (trials) => auditDocument({ ...trials, host }))

/**
 * Runs tests of rules: `edge1020 test --json`.
 *
 * @throws EdgeError `invalid_tests`, `invalid_rules`, `file_not_found`
 * @example (await test({ tests: 'rules', coverage: true })).failed // 0
 */
export const test = ({
  tests,
  rules,
  personas,
  terraform,
  selects,
  coverage,
  mutate,
  ...data
}: TestOptions): Promise<TestDocument> =>
  withSources(data, ({ geo, asn, reputation, bots, lists }) =>
    testDocument(
      runSuite({
        paths: listOf(tests),
        rules: rules === undefined ? undefined : listOf(rules),
        personas,
        sources: { geo, asn, reputation, bots },
        load: { lists, env: process.env, ...terraform },
        selects,
        coverage,
        mutate,
      })
    )
  )

const NO_INPUT: AsyncIterable<string> = {
  [Symbol.asyncIterator]: () => ({
    next: async () => {
      throw new EdgeError('log_failed', '-: expected `stdin` beside the log "-"')
    },
  }),
}

/**
 * Judges the requests of access logs by rules: `edge1020 replay --json`.
 *
 * @throws EdgeError `log_failed`, `invalid_rules`
 * @example (await replay({ logs: 'access.log', rules: 'new.yaml', against: 'old.yaml' })).difference?.newly_blocked.count
 */
export const replay = async ({
  logs,
  stdin = NO_INPUT,
  rules,
  against,
  terraform = {},
  trust = [],
  top = DEFAULT_TOP,
  format,
  threads,
  onProgress,
  selection = {},
  given = {},
  ...data
}: ReplayOptions): Promise<ReplayReport> => {
  wholeEdge()
  const replayed = await replayLogs({
    logs: listOf(logs),
    stdin,
    rules: listOf(rules),
    against: against === undefined ? undefined : listOf(against),
    terraform: { vars: terraform.vars ?? [], varFiles: terraform.varFiles ?? [] },
    sources: specOf(data),
    trust,
    format,
    threads,
    onProgress,
    selection,
    given,
    onError: warn,
  })
  return reportOf(replayed, top)
}
