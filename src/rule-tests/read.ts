import { EdgeError } from '../error.ts'
import { nearest } from '../nearest.ts'
import { Findings } from '../rules/findings.ts'
import type { RuleSource } from '../rules/load.ts'
import type { Entry, MapNode, Node, Place, ScalarNode } from '../rules/node.ts'
import { inBackticks } from '../rules/node.ts'
import { Reader } from '../rules/reader.ts'
import { renderDiagnostics } from '../rules/report.ts'
import { Source } from '../rules/source.ts'
import { parseYaml } from '../rules/yaml.ts'
import type { From } from '../toolkit/pretend.ts'
import { readExpected } from './expected.ts'
import { FILE_KEYS, FROM_KEYS, METHOD_KEYS, TEST_KEYS } from './keys.ts'
import { listOf, placeOf, plainOf, readDurationMs, textOf, wholeNumber } from './plain.ts'
import type { Row } from './substitute.ts'
import { substitute } from './substitute.ts'
import type { RuleTest, TestFile } from './test.ts'

/** A target, with an optional method before it and an optional version after it. */
const REQUEST = /^(?:([A-Z][A-Z-]*)\s+)?(\S+)(?:\s+(HTTP\/\S+))?$/
const EXPECTED_REQUEST = 'a path or URL, as in `GET /prices`, or a mapping with `method` and `url`'
const MAX_TIMES = 100_000

/** The parts of a request that a file sets for all of its tests. */
interface Shared {
  readonly host?: string | undefined
  readonly headers: readonly (readonly [string, string])[]
  readonly from: From
}

const readHeaders = (entry: Entry | undefined, reader: Reader): [string, string][] => {
  if (entry === undefined) return []
  const map = reader.map(entry.value, 'a mapping of header names to values')
  return (map?.entries ?? []).flatMap(({ key, value }) => {
    if (!TOKEN.test(key)) {
      const message = `${inBackticks(key)} is no name of a header: expected letters, digits and hyphens`
      reader.findings.error(value.place, 'wrong_value', message)
      return []
    }
    if (key.toLowerCase().startsWith(TEST_HEADER)) {
      const message = `${inBackticks(key)} says who asks: a test says it with \`as\` and \`from\``
      reader.findings.error(value.place, 'wrong_value', message)
      return []
    }
    return listOf(value).flatMap((item): [string, string][] => {
      const text = textOf(item)
      if (text === undefined) reader.wrongType(item, 'a text, or a list of texts')
      else if (/[\r\n\0]/.test(text)) {
        const message = `a value of the header ${inBackticks(key)} is not one line: no client can send it`
        reader.findings.error(item.place, 'wrong_value', message)
      } else return [[key, text]]
      return []
    })
  })
}

const TEST_HEADER = 'x-edge-'
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/
/** A name or an address, with an optional port. */
const HOST = /^(?:\[[\da-f:.]+\]|[^\s/?#@:[\]\\]+)(?::\d{1,5})?$/i

const readHost = (entry: Entry | undefined, reader: Reader): string | undefined => {
  const text = entry && reader.text(entry.value, 'a host')
  if (text === undefined || HOST.test(text.value)) return text?.value
  const message = `${inBackticks(text.value)} is no host: expected one such as \`shop.test\` or \`shop.test:8443\``
  reader.findings.error(text.place, 'wrong_value', message)
  return undefined
}

const isCovered = (covered: readonly (readonly [string, string])[], name: string) =>
  covered.some(([own]) => own.toLowerCase() === name.toLowerCase())

const readFrom = (entry: Entry | undefined, as: Entry | undefined, reader: Reader): From => {
  const persona = as && reader.text(as.value, 'the name of a persona')?.value
  if (entry === undefined) return persona === undefined ? {} : { as: persona }
  const map = reader.map(entry.value, `a mapping with ${Object.keys(FROM_KEYS).join(', ')}`)
  if (map === undefined) return {}
  const { found } = reader.entries(map, FROM_KEYS, '`from`')
  const text = (key: 'as' | 'ip' | 'country' | 'ja3' | 'ja4' | 'challenge') =>
    found[key] && reader.text(found[key].value, 'a text')?.value
  const challenge = text('challenge')
  if (challenge !== undefined && challenge !== 'pass') {
    const message = `challenge ${inBackticks(challenge)}: expected \`pass\``
    reader.findings.error(found.challenge!.value.place, 'wrong_value', message)
  }
  const asn = found.asn && textOf(found.asn.value)
  const number = asn === undefined ? undefined : Number(asn.replace(/^AS/i, ''))
  if (found.asn !== undefined && !Number.isInteger(number)) {
    reader.wrongType(found.asn.value, 'the number of an autonomous system')
  }
  const fields =
    found.fields && reader.map(found.fields.value, 'a mapping of field names to values')
  const from: From = {
    as: text('as') ?? persona,
    ip: text('ip'),
    country: text('country'),
    asn: number,
    ja3: text('ja3'),
    ja4: text('ja4'),
    fields: fields && (plainOf(fields) as Record<string, unknown>),
    challenge: challenge === undefined ? undefined : 'pass',
  }
  return Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined))
}

/** The value of `as` for a test without a persona in a file that sets one for all tests. */
const NOBODY = 'none'

const withoutNobody = ({ as, ...others }: From): From =>
  as === undefined || as === NOBODY ? others : { as, ...others }

interface Line {
  readonly method?: string | undefined
  readonly url: string
  readonly version?: string | undefined
}

const readLine = (entry: Entry | undefined, test: Place, reader: Reader): Line | undefined => {
  if (entry === undefined) {
    reader.findings.error(
      test,
      'missing_key',
      `the test has no \`request\`: expected ${EXPECTED_REQUEST}`
    )
    return undefined
  }
  if (entry.value.kind === 'map') {
    const { found, meant } = reader.entries(entry.value, METHOD_KEYS, '`request`')
    const text = (key: keyof typeof METHOD_KEYS) =>
      found[key] && reader.text(found[key].value, 'a text')?.value
    const url = text('url')
    if (found.url === undefined && !meant.has('url')) {
      reader.findings.error(entry.value.place, 'missing_key', 'the request has no `url`')
    }
    return url === undefined ? undefined : { method: text('method'), url, version: text('version') }
  }
  const text = reader.text(entry.value, EXPECTED_REQUEST)
  if (text === undefined) return undefined
  const [, method, url, version] = REQUEST.exec(text.value.trim()) ?? []
  if (url !== undefined) return { method, url, version }
  const message = `${inBackticks(text.value)} is no request: expected ${EXPECTED_REQUEST}`
  reader.findings.error(text.place, 'wrong_value', message)
  return undefined
}

const ABSOLUTE = /^https?:\/\//i

const readTest = (map: MapNode, suffix: string, shared: Shared, reader: Reader) => {
  const { found, meant } = reader.entries(map, TEST_KEYS, 'a test')
  const missing = (key: 'name' | 'expect') => {
    if (found[key] !== undefined || meant.has(key)) return
    reader.findings.error(map.place, 'missing_key', `the test has no \`${key}\``)
  }
  missing('name')
  const name = found.name && reader.text(found.name.value, 'a name')?.value
  const line = meant.has('request') ? undefined : readLine(found.request, map.place, reader)
  missing('expect')
  const expected = found.expect && readExpected(found.expect, reader)
  const ownHeaders = readHeaders(found.headers, reader)
  const headers = [
    ...shared.headers.filter(([header]) => !isCovered(ownHeaders, header)),
    ...ownHeaders,
  ]
  const from = withoutNobody({ ...shared.from, ...readFrom(found.from, found.as, reader) })
  const host = found.host === undefined ? shared.host : readHost(found.host, reader)
  const body = found.body && reader.text(found.body.value, 'a text')?.value
  const times = found.times && wholeNumber(found.times.value, reader, { min: 1, max: MAX_TIMES })
  const everyMs = found.every && readDurationMs(found.every.value, reader)
  if (found.every !== undefined && found.times === undefined && !meant.has('times')) {
    const message = '`every` is the time between requests, and the test sends one'
    const help = 'add `times`, the number of requests'
    reader.findings.error(found.every.keyPlace, 'missing_key', message, help)
  }
  const tags = found.tags
    ? listOf(found.tags.value).flatMap((item) => reader.text(item, 'a tag')?.value ?? [])
    : []
  if (name === undefined || line === undefined || expected === undefined) return undefined
  const { place } = found.request!.value
  if (!ABSOLUTE.test(line.url) && !/^[/*]/.test(line.url)) {
    const message = `${inBackticks(line.url)} is no path and no URL: expected one that begins with \`/\`, \`https://\` or \`http://\``
    const help = /^[\w.-]+(?:[/?]|$)/.test(line.url) ? `did you mean \`/${line.url}\`?` : undefined
    reader.findings.error(place, 'wrong_value', message, help)
    return undefined
  }
  const url =
    ABSOLUTE.test(line.url) || host === undefined ? line.url : `https://${host}${line.url}`
  const test: RuleTest = {
    name: `${name}${suffix}`,
    tags,
    request: { method: line.method, url, version: line.version, headers, body, from },
    times: times ?? 1,
    everyMs: everyMs ?? 0,
    expected,
    place: placeOf(map.place),
  }
  return test
}

const rowOf = (node: Node, reader: Reader): Row | undefined => {
  const map = reader.map(node, 'a mapping of columns to values')
  if (map === undefined) return undefined
  const cells = map.entries.flatMap(({ key, value }): [string, ScalarNode][] => {
    if (value.kind === 'scalar') return [[key, value]]
    reader.wrongType(value, 'a single value')
    return []
  })
  return new Map(cells)
}

const readTests = (node: Node, shared: Shared, reader: Reader): RuleTest[] => {
  const map = reader.map(node, 'a mapping: a test with `name`, `request` and `expect`')
  if (map === undefined) return []
  const each = map.entries.find(({ key }) => key === 'each')
  if (each === undefined) return [readTest(map, '', shared, reader) ?? []].flat()
  if (each.value.kind !== 'list' || each.value.items.length === 0) {
    reader.wrongType(each.value, 'a list of rows, each a mapping of columns to values')
    return []
  }
  const template = { ...map, entries: map.entries.filter((entry) => entry !== each) }
  return each.value.items.flatMap((item) => {
    const row = rowOf(item, reader)
    if (row === undefined) return []
    const hasNameColumn = map.entries.some(
      ({ key, value }) => key === 'name' && textOf(value)?.includes('${') === true
    )
    const cells = [...row].map(([column, { source }]) => `${column}=${source}`).join(' ')
    const suffix = hasNameColumn ? '' : ` [${cells}]`
    const test = readTest(substitute(template, row, reader) as MapNode, suffix, shared, reader)
    return test === undefined ? [] : [{ ...test, place: placeOf(item.place) }]
  })
}

const readNode = (node: Node, file: string, reader: Reader): TestFile | undefined => {
  const map = reader.map(node, 'a mapping with `tests`')
  if (map === undefined) return undefined
  const { found, meant } = reader.entries(map, FILE_KEYS, 'a test file')
  const paths = (entry: Entry | undefined) =>
    entry === undefined
      ? []
      : listOf(entry.value).flatMap((item) => reader.text(item, 'a path')?.value ?? [])
  if (found.tests === undefined && !meant.has('tests')) {
    reader.findings.error(map.place, 'missing_key', 'the file has no `tests`')
  }
  const shared: Shared = {
    host: readHost(found.host, reader),
    headers: readHeaders(found.headers, reader),
    from: readFrom(found.from, found.as, reader),
  }
  const list = found.tests?.value
  if (list !== undefined && list.kind !== 'list') reader.wrongType(list, 'a list of tests')
  const items = list?.kind === 'list' ? list.items : []
  const tests = items.flatMap((item) => readTests(item, shared, reader))
  return { file, rules: paths(found.rules), personas: paths(found.personas), tests }
}

/** Matches files of blank lines and comments only. */
const NOTHING_IN = /^(?:[ \t]*(?:#.*)?\r?\n)*[ \t]*(?:#.*)?$/

/**
 * Reads files of rule tests. If any file has a problem, it throws with the problems of all files.
 *
 * @throws EdgeError `invalid_tests`, with `diagnostics`
 * @example readTestFiles([{ file: 'a.yaml', text: 'tests: [{ name: a, request: /, expect: pass }]' }])
 */
export const readTestFiles = (sources: readonly RuleSource[]): TestFile[] => {
  const findings = new Findings()
  const reader = new Reader(findings)
  const files = sources.flatMap(({ file, text }) => {
    const source = new Source(file, text)
    if (NOTHING_IN.test(text)) {
      const message = 'the file is empty: expected a mapping with `tests`'
      findings.report('error', {}, () => source.span(0, 1), 'missing_key', message)
      return []
    }
    const node = parseYaml(source, findings)
    return node === undefined ? [] : (readNode(node, file, reader) ?? [])
  })
  if (!findings.hasErrors) return files
  const diagnostics = findings.inSourceOrder(sources.map(({ file }) => file))
  const count = diagnostics.length === 1 ? '1 problem' : `${diagnostics.length} problems`
  const message = `${renderDiagnostics(diagnostics)}\n\n${count} in the test files: no test ran`
  throw new EdgeError('invalid_tests', message, { diagnostics })
}

/** Returns the end of a message that suggests the known name closest to `name`, or an empty text if none is close. */
export const didYouMean = (name: string, known: readonly string[]): string => {
  const meant = nearest(name, known)
  return meant === undefined ? '' : `: did you mean ${inBackticks(meant)}?`
}
