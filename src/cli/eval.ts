import { EdgeError } from '../error.ts'
import { compile } from '../language/compile.ts'
import { defaultScheme } from '../language/defaults.ts'
import { formatDiagnostic } from '../language/diagnostics.ts'
import { listProblem } from '../language/list-problem.ts'
import { paint } from '../paint.ts'
import { readPersonaFiles } from '../personas/node/files.ts'
import type { EvalCase, EvalResult, EvalTrace } from '../toolkit/eval.ts'
import { evaluateCase } from '../toolkit/eval.ts'
import { parseLossless, printLossless } from '../toolkit/lossless-json.ts'
import { evaluateLines } from '../toolkit/ndjson.ts'
import type { OpenedSources } from '../visitor/node/sources.ts'
import type { Persona } from '../visitor/persona.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_OK, EXIT_USAGE, oneOf, usageError } from './command.ts'
import { DEFAULT_DATA } from './defaults.ts'
import { evaluateRules } from './eval-rules.ts'
import { printable } from './printable.ts'
import { SOURCE_FLAGS, withSources } from './sources.ts'
import { SUMMARIES } from './summaries.ts'
import { TERRAFORM_FLAGS } from './terraform-flags.ts'

const REQUEST = /^(\S+)\s+(\S+)(?:\s+(HTTP\/\S+))?$/
const MISSING = ['docs', 'engine'] as const

const readRequest = (args: Arguments, persona: Persona | undefined): EvalCase['request'] => {
  const line = args.text('request')
  const own = args.texts('header').map((header) => {
    const colon = header.indexOf(':')
    if (colon < 1) throw usageError(`--header "${header}": expected name: value`)
    return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()]
  })
  // Headers of the case override the persona's.
  const names = new Set(own.map(([name = '']) => name.toLowerCase()))
  const pretended = persona === undefined ? [] : headersOf(persona)
  const headers = [...pretended.filter(([name = '']) => !names.has(name.toLowerCase())), ...own]
  const body = args.text('body')
  if (line === undefined) {
    return headers.length === 0 && body === undefined ? undefined : { headers, body }
  }
  const [, method, url, version] = REQUEST.exec(line.trim()) ?? []
  if (method === undefined) {
    throw usageError(
      `--request "${line}": expected a method and a URL, e.g. GET https://shop.test/a?b`
    )
  }
  return {
    method,
    url,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(version && { version }),
  }
}

/** Parses JSON. Other text is a string as written: `--field http.host=shop.test` needs no quotes. */
const readValue = (text: string): unknown => {
  try {
    return parseLossless(text)
  } catch {
    return text
  }
}

/** Returns the persona that `--as` names; `undefined` without the flag. Throws EdgeError `wrong_usage` for an unknown name. */
const readPersona = (args: Arguments): Persona | undefined => {
  const name = args.text('as')
  if (name === undefined) return undefined
  const personas = readPersonaFiles(args.texts('personas'))
  const persona = personas.get(name)
  if (persona !== undefined) return persona
  const near = personas.near(name)
  const hint =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : `expected one of ${personas.names.join(', ')}`
  throw usageError(`--as "${name}" is not a persona: ${hint}`)
}

const fieldsOf = ({ ip, country, asn, fields }: Persona): Record<string, unknown> => ({
  ...fields,
  ...(ip === undefined ? {} : { 'ip.src': ip.toString() }),
  ...(country === undefined ? {} : { 'ip.src.country': country }),
  ...(asn === undefined ? {} : { 'ip.src.asnum': asn }),
})

const headersOf = ({ headers }: Persona): string[][] =>
  headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1] ?? '']] : []))

const readFields = (args: Arguments): Record<string, unknown> => {
  const asn = args.text('asn')
  if (asn !== undefined && !/^(?:AS)?\d+$/i.test(asn)) {
    throw usageError(`--asn "${asn}": expected a number, e.g. 13335`)
  }
  return Object.fromEntries([
    ...Object.entries({
      'ip.src': args.text('ip'),
      'ip.src.country': args.text('country')?.toUpperCase(),
      'ip.src.asnum': asn === undefined ? undefined : Number(asn.replace(/^AS/i, '')),
    }).filter(([, value]) => value !== undefined),
    ...args.texts('field').map((field) => {
      const equals = field.indexOf('=')
      if (equals < 1) throw usageError(`--field "${field}": expected name=value, the value as JSON`)
      return [field.slice(0, equals), readValue(field.slice(equals + 1))]
    }),
  ])
}

const printed = (value: unknown): string => printable(printLossless(value))

const printTrace = (trace: readonly EvalTrace[], io: Io) => {
  for (const { expression, result, fields } of trace) {
    const read = fields.map(({ field, value }) => `${field} = ${printed(value)}`).join(', ')
    io.out(`  ${printed(result).padEnd(6)} ${printable(expression)}\n`)
    if (read !== '') io.out(`         ${paint(io.color, 'dim', read)}\n`)
  }
}

const printProblems = (result: Extract<EvalResult, { ok: false }>, source: string, io: Io) => {
  const lines = source.split('\n')
  for (const problem of result.errors ?? [result.error]) {
    const { line, column, length } = problem
    if (line === undefined || column === undefined || length === undefined) {
      io.err(`${paint(io.color, 'red', 'error:')} ${printable(problem.message)}\n`)
      continue
    }
    const sourceLine = lines[line - 1] ?? ''
    io.err(formatDiagnostic({ ...problem, severity: 'error', line, column, length, sourceLine }))
  }
}

/** Returns the request and the fields from the options. */
const readGiven = (args: Arguments): Pick<EvalCase, 'fields' | 'request'> => {
  const persona = readPersona(args)
  const request = readRequest(args, persona)
  return {
    fields: { ...(persona === undefined ? {} : fieldsOf(persona)), ...readFields(args) },
    ...(request === undefined ? {} : { request }),
  }
}

const evaluateEachRule = (args: Arguments, io: Io, sources: OpenedSources): number => {
  if (args.positionals.length > 0) {
    throw usageError('edge1020 eval: expected an expression or --rules, not both')
  }
  if (args.on('trace')) {
    throw usageError('edge1020 eval --rules: use `edge1020 explain` instead of --trace')
  }
  return evaluateRules(readGiven(args), args, io, sources)
}

const evaluateOne = (args: Arguments, io: Io, sources: OpenedSources): number => {
  const [expression, ...others] = args.positionals
  if (expression === undefined || others.length > 0) {
    throw usageError('edge1020 eval: expected one expression (in quotes), --rules or --ndjson')
  }
  const missing = oneOf(args, 'missing', MISSING)
  const result = evaluateCase(
    { expression, ...readGiven(args), missing },
    { trace: args.on('trace'), sources }
  )
  if (args.on('json')) io.out(`${printLossless(result)}\n`)
  if (!result.ok) {
    if (!args.on('json')) printProblems(result, expression, io)
    return EXIT_USAGE
  }
  const { listUses } = compile(expression, { scheme: defaultScheme, expect: 'any' })
  for (const use of listUses) {
    const problem = listProblem(use, sources.lists)
    if (problem === undefined) continue
    const filled = `$${use.name} has no contents here: fill it with --feed ${use.name}=FILE, or "lists" of a case with --ndjson`
    const text = problem.code === 'unknown_list' ? filled : `${problem.message}: ${problem.help}`
    io.err(`${paint(io.color, 'yellow', 'warning:')} ${text}\n`)
  }
  if (!args.on('json')) {
    io.out(`${printed(result.result)}\n`)
    printTrace(result.trace ?? [], io)
  }
  return EXIT_OK
}

const evaluateAll = async (args: Arguments, io: Io, sources: OpenedSources): Promise<number> => {
  if (args.positionals.length > 0) {
    throw usageError('edge1020 eval --ndjson: the expressions come from standard input')
  }
  const options = { trace: args.on('trace'), sources }
  try {
    for await (const line of evaluateLines(io.stdin, options)) io.out(`${line}\n`)
  } catch (error) {
    if (error instanceof EdgeError || !(error instanceof Error) || !('syscall' in error))
      throw error
    throw new EdgeError('input_failed', `standard input: ${error.message}`, { cause: error })
  }
  return EXIT_OK
}

export const evaluate: Command = {
  name: 'eval',
  summary: SUMMARIES.eval,
  usage: "'EXPRESSION' [options] | --rules PATH [options] | --ndjson",
  description:
    'Prints the value of an expression, of any type, for the request that the options describe. Exit code 2 for a mistake in\n' +
    'the expression. With --rules it prints the value of every rule in files and folders, disabled rules included.\n' +
    'With --ndjson it reads one case per line from standard input,\n' +
    '{"id","expression","fields","request","schema","lists","missing"}, and prints one result per line, mistakes included;\n' +
    'the exit code is then 0.',
  flags: {
    request: { value: 'REQUEST', help: "method and URL, e.g. 'GET https://shop.test/a?b=c'" },
    header: {
      value: 'HEADER',
      short: 'H',
      multiple: true,
      help: "a request header, 'name: value'",
    },
    body: { value: 'TEXT', help: 'the request body' },
    ip: { value: 'IP', help: 'client address; edge1020 looks up its country' },
    as: { value: 'PERSONA', help: 'a named visitor: chrome-berlin, curl-hetzner, googlebot …' },
    personas: { value: 'FILE', multiple: true, help: 'more personas' },
    country: { value: 'CC', help: 'country of the client' },
    asn: { value: 'ASN', help: 'autonomous system of the client' },
    field: {
      value: 'NAME=JSON',
      multiple: true,
      help: 'value of any field; overrides the other options',
    },
    missing: {
      value: 'MODE',
      default: 'docs',
      help: 'handling of a missing value: docs (!= is false, len is missing) or engine (!= is true, len is 0)',
    },
    trace: {
      help: 'print every part of the expression with its result and the values that it read',
    },
    rules: {
      value: 'PATH',
      multiple: true,
      help: 'file or folder with rules: evaluates the expression of each rule',
    },
    ...TERRAFORM_FLAGS,
    data: { value: 'DIR', default: DEFAULT_DATA, help: 'directory of downloaded data' },
    ...SOURCE_FLAGS,
    ndjson: { help: 'read cases from standard input, one JSON object per line' },
  },
  examples: [
    "edge1020 eval 'http.host eq \"shop.test\"' --request 'GET https://shop.test/a?b=c'",
    'edge1020 eval \'lower(http.user_agent) contains "curl" and ip.src.country eq "DE"\' -H \'User-Agent: Curl/8\' --country DE --trace',
    "edge1020 eval --rules examples/terraform --request 'GET https://shop.test/admin'",
    'echo \'{"id":1,"expression":"cf.threat_score gt 10","fields":{"cf.threat_score":20}}\' | edge1020 eval --ndjson',
  ],
  run: (args, io) =>
    withSources(args, io, (sources) =>
      args.on('ndjson')
        ? evaluateAll(args, io, sources)
        : args.texts('rules').length > 0
          ? evaluateEachRule(args, io, sources)
          : evaluateOne(args, io, sources)
    ),
}
