import { EdgeError } from '../error.ts'
import { formatDiagnostic } from '../language/diagnostics.ts'
import type { EvalCase, EvalResult, EvalTrace } from '../toolkit/eval.ts'
import { evaluateCase } from '../toolkit/eval.ts'
import { parseExact, printExact } from '../toolkit/exact.ts'
import { evaluateLines } from '../toolkit/ndjson.ts'
import { geoipLite } from '../visitor/node/geoip-lite.ts'
import type { Arguments, Command, Io } from './command.ts'
import { EXIT_OK, EXIT_USAGE, usageError } from './command.ts'
import { paint, printable } from './printable.ts'

const REQUEST = /^(\S+)\s+(\S+)(?:\s+(HTTP\/\S+))?$/
const MISSING = ['docs', 'engine'] as const

const readRequest = (args: Arguments): EvalCase['request'] => {
  const line = args.text('request')
  const headers = args.texts('header').map((header) => {
    const colon = header.indexOf(':')
    if (colon < 1) throw usageError(`--header "${header}": expected name: value`)
    return [header.slice(0, colon).trim(), header.slice(colon + 1).trim()]
  })
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

/** JSON, or else text as it stands: `--field http.host=shop.test` needs no quotes. */
const readValue = (text: string): unknown => {
  try {
    return parseExact(text)
  } catch {
    return text
  }
}

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

const shown = (value: unknown): string => printable(printExact(value))

const printTrace = (trace: readonly EvalTrace[], io: Io) => {
  for (const { expression, result, fields } of trace) {
    const read = fields.map(({ field, value }) => `${field} = ${shown(value)}`).join(', ')
    io.out(`  ${shown(result).padEnd(6)} ${printable(expression)}\n`)
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

const evaluateOne = (args: Arguments, io: Io): number => {
  const [expression, ...others] = args.positionals
  if (expression === undefined || others.length > 0) {
    throw usageError('edge1020 eval: expected one expression (in quotes), or --ndjson')
  }
  const missing = args.text('missing') as EvalCase['missing']
  if (!MISSING.some((one) => one === missing)) {
    throw usageError(`--missing "${missing}": expected docs or engine`)
  }
  const request = readRequest(args)
  const result = evaluateCase(
    {
      expression,
      fields: readFields(args),
      missing,
      ...(request === undefined ? {} : { request }),
    },
    { trace: args.on('trace'), geo: geoipLite() }
  )
  if (args.on('json')) io.out(`${printExact(result)}\n`)
  if (!result.ok) {
    if (!args.on('json')) printProblems(result, expression, io)
    return EXIT_USAGE
  }
  if (!args.on('json')) {
    io.out(`${shown(result.result)}\n`)
    printTrace(result.trace ?? [], io)
  }
  return EXIT_OK
}

const evaluateAll = async (args: Arguments, io: Io): Promise<number> => {
  if (args.positionals.length > 0) {
    throw usageError('edge1020 eval --ndjson: the expressions come from standard input')
  }
  const options = { trace: args.on('trace'), geo: geoipLite() }
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
  summary: 'evaluate an expression of the Rules language, or many as lines of JSON',
  usage: "'EXPRESSION' [options] | --ndjson",
  description:
    'Prints the value of an expression for the request that the options describe; any type will do, not only truths.\n' +
    'Exit code 2 when the expression has a mistake. With --ndjson one case a line is read from standard input,\n' +
    '{"id","expression","fields","request","schema","lists","missing"}, and one result a line is printed, mistakes\n' +
    'among them; the exit code is then 0.',
  flags: {
    request: { value: 'REQUEST', help: "method and URL, e.g. 'GET https://shop.test/a?b=c'" },
    header: {
      value: 'HEADER',
      short: 'H',
      multiple: true,
      help: "a request header, 'name: value'",
    },
    body: { value: 'TEXT', help: 'the request body' },
    ip: { value: 'IP', help: 'client address; its country is looked up' },
    country: { value: 'CC', help: 'country of the client' },
    asn: { value: 'ASN', help: 'autonomous system of the client' },
    field: { value: 'NAME=JSON', multiple: true, help: 'value of any field; wins over the rest' },
    missing: {
      value: 'MODE',
      default: 'docs',
      help: 'what != says of a missing value: docs (false) or engine (true)',
    },
    trace: { help: 'every part of the expression with its result and what it read' },
    ndjson: { help: 'read cases from standard input, one JSON object a line' },
  },
  examples: [
    "edge1020 eval 'http.host eq \"shop.test\"' --request 'GET https://shop.test/a?b=c'",
    'edge1020 eval \'lower(http.user_agent) contains "curl" and ip.src.country eq "DE"\' -H \'User-Agent: Curl/8\' --country DE --trace',
    'echo \'{"id":1,"expression":"cf.threat_score gt 10","fields":{"cf.threat_score":20}}\' | edge1020 eval --ndjson',
  ],
  run: async (args, io) => (args.on('ndjson') ? evaluateAll(args, io) : evaluateOne(args, io)),
}
