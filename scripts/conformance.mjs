// npm run conformance -- DIR: runs tables of cases recorded from Cloudflare's documentation and engine through the language.
// DIR holds any of engine-cases.json, docs-expressions.json, docs-evaluations.json and rulesets.json; the tables are not part of the project.
// Exit code 1 where a case differs that is not among the exceptions.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'tsdown'
import { EXCEPTIONS } from './conformance/exceptions.mjs'
import { testFunctions } from './conformance/functions.mjs'
import { placed } from './conformance/parts.mjs'

const [folder] = process.argv.slice(2)
if (folder === undefined || !existsSync(folder)) {
  console.error('usage: npm run conformance -- DIR (the directory with the tables)')
  process.exit(2)
}

// Inside the project, where its dependencies are found.
const cache = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))
mkdirSync(cache, { recursive: true })
const outDir = mkdtempSync(join(cache, 'edge1020-conformance-'))
await build({
  entry: { language: fileURLToPath(new URL('./conformance/language.ts', import.meta.url)) },
  outDir,
  config: false,
  dts: false,
  format: 'esm',
  platform: 'node',
  target: 'es2023',
  logLevel: 'silent',
})
const language = await import(pathToFileURL(join(outDir, 'language.mjs')).href)
rmSync(outDir, { recursive: true })
const {
  compile,
  createScheme,
  defaultScheme,
  evaluateCase,
  parseType,
  valueFromJson,
  valueToJson,
} = language

/** The diagnosis where the expression is refused; `undefined` where it is accepted. Any other error is a bug and ends the run. */
const refusalOf = (act) => {
  try {
    act()
    return undefined
  } catch (error) {
    if (error.name !== 'EdgeError') throw error
    return error
  }
}

const same = (x, y) => JSON.stringify(x) === JSON.stringify(y)

/** Each table gives an array of `{id, problem}`; `problem` is undefined where the case agrees. */
const TABLES = {
  'engine-cases.json': ({ cases, schemes }) =>
    cases.map((one) => ({
      id: one.id,
      problem: engineCase(one, schemes[one.scheme] ?? { fields: {} }),
    })),
  'docs-expressions.json': ({ expressions }) =>
    expressions.map(({ id, expression, kind, expected }) => {
      const refusal = refusalOf(() =>
        compile(expression, { scheme: defaultScheme, expect: kind === 'filter' ? 'Bool' : 'any' })
      )
      const got = refusal === undefined ? 'accept' : 'reject'
      return {
        id,
        problem:
          got === expected
            ? undefined
            : `${expression}\n    ${got}, expected ${expected} ${refusal?.message ?? ''}`,
      }
    }),
  'docs-evaluations.json': ({ cases }) =>
    cases.map(({ id, expr, fields, expected }) => {
      const got = evaluateDocumented(expr, fields)
      const wanted = got.type === 'Ip' ? sameAddress(expected) : expected
      const problem =
        got.ok && same(got.result, wanted)
          ? undefined
          : `${expr}\n    ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`
      return { id, problem }
    }),
  'rulesets.json': ({ examples }) =>
    examples.flatMap(({ id, payload }) =>
      expressionsOf(payload).map((expression, i) => {
        const refusal = refusalOf(() => compile(expression, { scheme: defaultScheme }))
        return { id: `${id}#${i}`, problem: refusal && `${expression}\n    ${refusal.message}` }
      })
    ),
}

/** The documentation writes IPv6 addresses out. */
const sameAddress = (text) => valueToJson(valueFromJson(parseType('Ip'), text, 'expected'))

/**
 * The documentation shows functions with text where a rule has to have a field: the text then becomes the value of one.
 */
const evaluateDocumented = (expression, fields) => {
  const got = evaluateCase({ expression, fields })
  if (got.ok || got.error.code !== 'invalid_argument_kind') return got
  const { column, length } = got.error
  const literal = expression.slice(column - 1, column - 1 + length)
  return evaluateCase({
    expression: `${expression.slice(0, column - 1)}shown${expression.slice(column - 1 + length)}`,
    schema: { fields: { shown: 'Bytes' } },
    fields: { shown: JSON.parse(literal) },
  })
}

/** Every `expression` of a ruleset, however deep. */
const expressionsOf = (node) => {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'expression' && typeof value === 'string' ? [value] : expressionsOf(value)
  )
}

const PARITY = {
  int: (name) => ({ has: (int) => (name === 'even' ? int % 2 === 0 : Math.abs(int % 2) === 1) }),
}

const engineCase = (one, { fields: own, functions = {}, nil_not_equal: schemeMissing }) => {
  const { source, fields, shift } = placed(one, own)
  const scheme = createScheme({
    fields: Object.entries(fields).map(([name, type]) => ({ name, type: parseType(type) })),
    functions: testFunctions(Object.keys(functions), one.scheme, language),
  })
  let expression
  const refusal = refusalOf(() => {
    expression = compile(source, {
      scheme,
      lists: PARITY,
      missing: (one.nil_not_equal ?? schemeMissing ?? true) ? 'engine' : 'docs',
      expect: one.target === 'FilterAst' ? 'Bool' : 'any',
      limits: { nesting: one.limits?.max_nesting_depth ?? 128 },
    })
  })
  if (one.kind === 'parse_accept') return refusal?.message
  if (one.kind === 'parse_reject') return engineRefusal(one, refusal, shift)
  if (refusal !== undefined) return refusal.message
  const values = Object.entries(one.fields).map(([name, json]) => [
    scheme.slot(name),
    valueFromJson(scheme.fields.get(name).type, json, name),
  ])
  const given = new Map(values)
  return engineResult(
    one.expected,
    expression.evaluate({ get: (slot) => given.get(slot) }),
    one.expr
  )
}

const bytes = (text) => Buffer.byteLength(text)

/** Where the engine's own error begins, as far as the case says it. */
const startOf = ({ expr, span_start: start, error_span: span }) =>
  start ?? (span && expr.endsWith(span) ? bytes(expr) - bytes(span) : undefined)

const engineRefusal = (one, refusal, shift) => {
  const { expr, error, message, span_len: length } = one
  const start = startOf(one)
  if (refusal === undefined) return `${expr}\n    accepted, expected ${error}`
  // Help is ours and comes after the engine's own text.
  const text = refusal.message.replace(/\nhelp:.*\n/, '\n')
  if (message && text !== message) return `${expr}\n    ${text}\n    expected ${message}`
  if (start === undefined) return undefined
  const { column, length: got } = refusal.diagnostics[0]
  return column === start + shift + 1 && (length === undefined || got === Math.max(1, length))
    ? undefined
    : `${expr}\n    at ${column}, ${got} long; expected ${start + shift + 1}, ${length ?? 'any length'}`
}

const engineResult = (expected, value, expr) => {
  let got = value === undefined ? { missing: true } : valueToJson(value)
  const wanted = expected?.missing ? { missing: true } : expected
  if (wanted?.true_count !== undefined) {
    got = {
      false_count: value.filter((item) => !item).length,
      true_count: value.filter((item) => item).length,
    }
  }
  return same(got, wanted)
    ? undefined
    : `${expr}\n    ${JSON.stringify(got)}, expected ${JSON.stringify(wanted)}`
}

let unexplained = 0
for (const [file, run] of Object.entries(TABLES)) {
  const path = join(folder, file)
  if (!existsSync(path)) {
    console.log(`${file}: not in ${folder}`)
    continue
  }
  const results = run(JSON.parse(readFileSync(path, 'utf8')))
  const differing = results.filter(({ problem }) => problem !== undefined)
  const excused = differing.filter(({ id }) => EXCEPTIONS[id] !== undefined)
  unexplained += differing.length - excused.length
  console.log(
    `${file}: ${results.length - differing.length} of ${results.length} agree, ${excused.length} excepted, ${differing.length - excused.length} differ`
  )
  for (const { id, problem } of differing) {
    console.log(
      EXCEPTIONS[id] === undefined
        ? `  ${id} DIFFERS: ${problem}`
        : `  ${id} excepted: ${EXCEPTIONS[id]}`
    )
  }
}
process.exitCode = unexplained === 0 ? 0 : 1
