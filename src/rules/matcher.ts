import type { Operator, Switch } from './keys.ts'
import { OPERATOR_KEYS, SWITCH_KEYS, SWITCHES } from './keys.ts'
import type { Subject, TextField } from './matcher-terms.ts'
import {
  compare,
  contains,
  equals,
  fieldSubject,
  headerSubject,
  isEmpty,
  isFilled,
  patternOf,
  wildcard,
} from './matcher-terms.ts'
import type { Entry, MapNode, Node } from './node.ts'
import { inBackticks } from './node.ts'
import { quote } from './quote.ts'
import type { Reader, Text } from './reader.ts'
import { listed } from './reader.ts'
import type { Term } from './term.ts'
import { and, not, or, term } from './term.ts'
import type { Problem } from './values.ts'
import { checkHeaderName, checkHost, checkPath } from './values.ts'

const EXPECTED: Record<Subject['kind'], string> = {
  user_agent: 'a text, a list of texts or a mapping such as `{ contains: [curl] }`',
  path: 'a path, a list of paths or a mapping such as `{ starts_with: /admin }`',
  host: 'a host name, a list of host names or a mapping such as `{ ends_with: .example.com }`',
  header: 'a text, a list of texts or a mapping such as `{ present: true }`',
}

/** Operators that compare the start of the value, so the start of the text can be checked. */
const WHOLE: readonly Operator[] = ['equals', 'starts_with', 'wildcard', 'strict_wildcard']

const checkText = (subject: Subject, text: string, operator: Operator | 'plain'): Problem => {
  if (operator === 'matches') return undefined
  const whole = operator === 'plain' || WHOLE.includes(operator)
  if (subject.kind === 'path') return checkPath(text, { whole })
  const isName = operator === 'plain' || operator === 'equals' || operator === 'wildcard'
  return subject.kind === 'host' && isName ? checkHost(text) : undefined
}

const readTexts = (
  node: Node,
  reader: Reader,
  subject: Subject,
  operator: Operator | 'plain'
): Text[] => {
  const expected = operator === 'plain' ? EXPECTED[subject.kind] : 'a text or a list of texts'
  const canBeEmpty = SWITCHES[subject.kind].includes('empty')
  const emptyHelp = canBeEmpty ? 'for an absent or empty value write `{ empty: true }`' : undefined
  return reader.items(node, expected).flatMap((item) => {
    const text = reader.text(item, expected, emptyHelp)
    if (text === undefined) return []
    const wrong = checkText(subject, text.value, operator)
    if (wrong === undefined) return [text]
    reader.findings.error(text.place, wrong.code, wrong.message, wrong.help)
    return []
  })
}

/** Reads plain texts. docs/rules.md describes how each subject compares them. */
const readPlain = (node: Node, reader: Reader, subject: Subject): Term | undefined => {
  const exact: Text[] = []
  const terms: Term[] = []
  const ignoresCase = subject.kind === 'user_agent' || subject.kind === 'host'
  for (const text of readTexts(node, reader, subject, 'plain')) {
    const read = patternOf(text, reader)
    if (read === undefined) continue
    const operator = ignoresCase ? 'wildcard' : 'strict wildcard'
    if (read.isWildcard) terms.push(wildcard(subject, read, text, operator))
    else exact.push({ value: read.text, place: text.place })
  }
  if (exact.length > 0) {
    const whole = subject.kind === 'user_agent' ? contains : equals
    terms.unshift(whole(subject, exact, ignoresCase))
  }
  return terms.length === 0 ? undefined : or(terms)
}

type Found = Partial<Record<Operator | Switch, Entry>>

const readSwitch = (found: Found, key: Switch, reader: Reader): boolean | undefined => {
  const entry = found[key]
  return entry === undefined ? undefined : reader.boolean(entry.value, key)
}

const readOperator = (
  operator: Operator,
  { value, keyPlace }: Entry,
  reader: Reader,
  subject: Subject,
  ignoreCaseAsked: boolean
): Term | undefined => {
  const texts = readTexts(value, reader, subject, operator)
  if (ignoreCaseAsked && (operator === 'matches' || operator === 'strict_wildcard')) {
    const help =
      operator === 'matches'
        ? 'start the regular expression with `(?i)` instead'
        : '`wildcard` ignores case'
    const message = `\`ignore_case\` has no effect on \`${operator}\``
    reader.findings.error(keyPlace, 'conflicting_keys', message, help)
  }
  if (texts.length === 0) return undefined
  return compare(operator, subject, texts, reader, ignoreCaseAsked || subject.kind === 'host')
}

/** `present` and `empty` are complete conditions, so no other key is allowed beside them. */
const readAlone = (
  key: 'present' | 'empty',
  entry: Entry,
  map: MapNode,
  reader: Reader,
  subject: Subject,
  name: string
): Term | undefined => {
  const wanted = reader.boolean(entry.value, key)
  if (map.entries.length > 1) {
    const help =
      key === 'empty' ? 'to allow an empty value as well write `or_empty: true`' : undefined
    reader.findings.error(
      entry.keyPlace,
      'conflicting_keys',
      `\`${key}\` cannot be combined with other keys`,
      help
    )
  }
  if (wanted === undefined) return undefined
  if (key === 'empty') return wanted ? isEmpty(subject) : isFilled(subject)
  const present = term(`len(http.request.headers[${quote(name)}]) > 0`)
  return wanted ? present : not(present)
}

/** Keys that mean something, but not here. */
const elsewhere = (kind: Subject['kind'], key: string): string | undefined => {
  if (kind === 'host' && key === 'strict_wildcard') {
    return 'host names are case-insensitive: did you mean `wildcard`?'
  }
  if (kind === 'host' && key === 'ignore_case')
    return 'host names are case-insensitive: leave it out'
  if (kind === 'path' && (key === 'empty' || key === 'or_empty')) return 'a path is never empty'
  return key === 'present' ? '`present` is for headers: did you mean `empty`?' : undefined
}

const readMapping = (map: MapNode, reader: Reader, subject: Subject, name: string) => {
  const operators = Object.fromEntries(
    Object.entries(OPERATOR_KEYS).filter(
      // Host names have no case, so there is nothing strict about them.
      ([key]) => subject.kind !== 'host' || key !== 'strict_wildcard'
    )
  )
  const switches = Object.fromEntries(SWITCHES[subject.kind].map((key) => [key, SWITCH_KEYS[key]]))
  const known = { ...operators, ...switches }
  const read = reader.entries(map, known, `\`${subject.kind}\``, (key) =>
    elsewhere(subject.kind, key)
  )
  const found: Found = read.found
  for (const key of ['present', 'empty'] as const) {
    const entry = found[key]
    if (entry !== undefined) return readAlone(key, entry, map, reader, subject, name)
  }
  const ignoreCase = readSwitch(found, 'ignore_case', reader) ?? false
  const orEmpty = readSwitch(found, 'or_empty', reader) ?? false
  const given = map.entries.filter(({ key }) => Object.hasOwn(operators, key))
  const terms = given.flatMap(
    (entry) => readOperator(entry.key as Operator, entry, reader, subject, ignoreCase) ?? []
  )
  if (given.length === 0 && read.complete) {
    const message = `\`${subject.kind}\` has no operator: expected ${listed(Object.keys(operators))}`
    const help = orEmpty ? 'for empty values only write `empty: true`' : undefined
    reader.findings.error(map.place, 'missing_key', message, help)
  }
  if (terms.length === 0) return undefined
  return orEmpty ? or([and(terms), isEmpty(subject)]) : and(terms)
}

const readSubject = (node: Node, reader: Reader, subject: Subject, name: string) =>
  node.kind === 'map' ? readMapping(node, reader, subject, name) : readPlain(node, reader, subject)

/** Reads the condition on `user_agent`, `path` or `host`. */
export const readMatcher = (node: Node, reader: Reader, kind: TextField): Term | undefined =>
  readSubject(node, reader, fieldSubject(kind), kind)

/** Reads the `header` mapping: header names, each with the condition on its values. */
export const readHeaders = (node: Node, reader: Reader): Term | undefined => {
  const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
  const help =
    text === undefined ? undefined : `did you mean \`header: { ${text}: { present: true } }\`?`
  const map = reader.map(node, 'header names with their values', help)
  if (map === undefined) return undefined
  if (map.entries.length === 0 && !map.incomplete) {
    reader.findings.error(map.place, 'empty_condition', '`header` has no header names')
  }
  const seen = new Set<string>()
  const terms = map.entries.flatMap(({ key, keyPlace, value }) => {
    const wrong = checkHeaderName(key)
    const name = key.toLowerCase()
    if (wrong !== undefined) {
      reader.findings.error(keyPlace, wrong.code, wrong.message, wrong.help)
    } else if (seen.has(name)) {
      const message = `the header ${inBackticks(key)} appears twice: header names ignore case`
      reader.findings.error(keyPlace, 'duplicate_key', message)
    }
    seen.add(name)
    return readSubject(value, reader, headerSubject(name), name) ?? []
  })
  return terms.length === 0 ? undefined : and(terms)
}
