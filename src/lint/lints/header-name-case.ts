import { toText } from '../../language/bytes.ts'
import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import { innerPart, literalParts } from '../literal-parts.ts'
import { nodesOf } from '../written-tests.ts'

/**
 * Maps with header names as keys. HTTP header names are case-insensitive, and Cloudflare stores them in lower case.
 */
const HEADERS = new Set([
  'http.request.headers',
  'http.response.headers',
  'raw.http.response.headers',
])
const UPPER = /[A-Z]/

export const headerNameCase: Lint = {
  code: 'header_name_case',
  severity: 'error',
  title: 'a header name with capital letters',
  explanation:
    'The keys of `http.request.headers` are always in lower case. A key with a capital letter does not exist: the comparison is false for every\n' +
    'request, and with `not` it is true for every request. `--fix` writes the name in lower case.',
  bad: [
    'any(http.request.headers["X-Api-Key"][*] eq "secret")',
    'not has_key(http.request.headers, "Authorization")',
  ],
  good: [
    'any(http.request.headers["x-api-key"][*] eq "secret")',
    'http.request.uri.args["Token"][0] eq "x"',
  ],
  expression: (written, report) => {
    const { source } = written
    const told = (name: string, start: number, end: number) => {
      const [part] = literalParts(source, start, end).filter((one) => source[one.start] === '"')
      if (part === undefined || !UPPER.test(name)) return
      const lower = name.toLowerCase()
      const inner = innerPart(source, part)
      report({
        part,
        message: `no header is called ${inBackticks(name)}: header names are in lower case`,
        help: `write \`${lower}\``,
        ...(inner === undefined ? {} : { replacements: [{ text: lower, at: inner }] }),
      })
    }
    for (const field of nodesOf(written)) {
      if (field.kind !== 'field') continue
      const [key] = field.indexes
      if (!HEADERS.has(field.name) || key?.kind !== 'key') continue
      told(toText(key.key), source.indexOf('[', field.start) + 1, field.end)
    }
    for (const node of nodesOf(written)) {
      if (node.kind !== 'call' || node.definition.name !== 'has_key') continue
      const [map, name] = node.arguments
      if (map?.kind !== 'field' || !HEADERS.has(map.name) || name?.kind !== 'literal') continue
      if (typeof name.value === 'string') told(toText(name.value), name.start, name.end)
    }
  },
}
