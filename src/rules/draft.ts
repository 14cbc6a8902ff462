import { type Action, actionNames, actions, isAction } from '../actions.ts'
import type { PageChoice } from '../answers/answer.ts'
import type { Expression } from '../language/expression.ts'
import { nearest } from '../nearest.ts'
import type { LanguageOptions } from './compile.ts'
import { compileTerm, compileText } from './compile.ts'
import { readConditions } from './condition.ts'
import type { Findings } from './findings.ts'
import { CONDITION_KEYS, DOCUMENT_KEYS, RULE_KEYS, type RuleKey } from './keys.ts'
import type { Entry, MapNode, Node, Place } from './node.ts'
import { inBackticks } from './node.ts'
import { readPageChoice } from './page.ts'
import type { Reader } from './reader.ts'
import { slug } from './slug.ts'

/** One rule as far as it could be read. */
export interface Draft {
  readonly id: string | undefined
  readonly idPlace: Place
  readonly name: string
  readonly action: Action | undefined
  readonly enabled: boolean
  readonly expression: Expression | undefined
  readonly description: string | undefined
  readonly page: PageChoice | undefined
  /** As `Rule.goesOn`. */
  readonly goesOn?: boolean
  readonly place: Place
}

/** `a, b or c` */
const listed = (words: readonly string[]) => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
const EXPECTED_ACTION = listed(actionNames.map((action) => `\`${action}\``))

/** Other names of actions, from Cloudflare's lists and from other firewalls. */
const OTHER_ACTIONS: Record<string, string> = {
  allow: 'to let requests through past the rules below use `skip`',
  bypass: 'to let requests through past the rules below use `skip`',
  whitelist: 'to let requests through past the rules below use `skip`',
  deny: 'did you mean `block`?',
  drop: 'did you mean `block`?',
  reject: 'did you mean `block`?',
  challenge: 'challenges are not emulated: use `block` or `log`',
  js_challenge: 'challenges are not emulated: use `block` or `log`',
  managed_challenge: 'challenges are not emulated: use `block` or `log`',
}

const MAX_NAME_CHARACTERS = 200
const MAX_DESCRIPTION_CHARACTERS = 2000
const CONTROL = /\p{Cc}/u
const ID = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:-]{0,99}$/u

type Entries = Partial<Record<RuleKey, Entry>>

/** What the readers of one rule's parts share. */
interface RuleScope {
  readonly reader: Reader
  readonly options: LanguageOptions
  readonly place: Place
  /** "the rule `no scripts`" */
  readonly title: string
  /** Keys that misspelled ones were probably meant to be. */
  readonly meant: ReadonlySet<string>
}

const readName = (entry: Entry | undefined, reader: Reader): string | undefined => {
  if (entry === undefined) return undefined
  const text = reader.text(entry.value, 'a name')
  if (text === undefined) return undefined
  const { value, place } = text
  if ([...value].length > MAX_NAME_CHARACTERS) {
    const message = `the name has ${[...value].length} characters: expected at most ${MAX_NAME_CHARACTERS}`
    reader.findings.error(place, 'text_too_long', message, 'put the rest into `description`')
    return undefined
  }
  if (CONTROL.test(value) || value.trim() === '') {
    const message = `the name ${inBackticks(value)} is not one line of visible text`
    reader.findings.error(place, 'invalid_text', message)
    return undefined
  }
  return value
}

const readId = (entry: Entry, reader: Reader): string | undefined => {
  const text = reader.text(entry.value, 'an id')
  if (text === undefined || ID.test(text.value)) return text?.value
  const message = `${inBackticks(text.value)} is no id: expected up to 100 letters, digits, \`-\`, \`_\`, \`.\` or \`:\`, starting with a letter or digit`
  const meant = slug(text.value)
  const help =
    /[\p{L}\p{N}]/u.test(text.value) && ID.test(meant) ? `did you mean \`${meant}\`?` : undefined
  reader.findings.error(text.place, 'invalid_id', message, help)
  return undefined
}

const readAction = (entry: Entry | undefined, { reader, place, title, meant }: RuleScope) => {
  if (entry === undefined) {
    const message = `${title} has no \`action\`: expected block, log or skip`
    if (!meant.has('action')) reader.findings.error(place, 'missing_key', message)
    return undefined
  }
  const text = reader.text(entry.value, EXPECTED_ACTION)
  if (text === undefined) return undefined
  const { value } = text
  if (!isAction(value)) {
    const word = value.toLowerCase()
    const near = nearest(word, actionNames)
    const help =
      (Object.hasOwn(OTHER_ACTIONS, word) ? OTHER_ACTIONS[word] : undefined) ??
      (near === undefined ? undefined : `did you mean \`${near}\`?`)
    const message = `unknown action ${inBackticks(value)}: expected ${listed(actionNames)}`
    reader.findings.error(text.place, 'unknown_action', message, help)
    return undefined
  }
  return value
}

const readDescription = (entry: Entry | undefined, reader: Reader) => {
  if (entry === undefined) return undefined
  const text = reader.text(entry.value, 'a description')
  if (text !== undefined && text.value.length > MAX_DESCRIPTION_CHARACTERS) {
    const message = `the description has ${text.value.length} characters: expected at most ${MAX_DESCRIPTION_CHARACTERS}`
    reader.findings.error(text.place, 'text_too_long', message)
  }
  return text?.value
}

/** Only a refusal has a page. */
const readPage = ({ page, action }: Entries, { reader, options, title }: RuleScope) => {
  if (page === undefined) return undefined
  const name = action?.value.kind === 'scalar' ? String(action.value.value) : ''
  if (isAction(name) && !actions[name].answers) {
    const message = `${title} has a \`page\`, but its action is ${inBackticks(name)}`
    reader.findings.error(page.keyPlace, 'conflicting_keys', message, 'only `block` shows a page')
  }
  return readPageChoice(page, reader, options.readPage)
}

/** `expression: true` is a boolean for YAML, and Cloudflare's way to say "every request". */
const expressionText = (node: Node, reader: Reader) =>
  node.kind === 'scalar' && typeof node.value === 'boolean'
    ? { value: String(node.value), place: node.place }
    : reader.text(node, 'an expression of the Rules language')

const readExpression = (
  { when, expression }: Entries,
  { reader, options, place, title, meant }: RuleScope
): Expression | undefined => {
  const isMeant = meant.has('when') || meant.has('expression')
  if (when === undefined && expression === undefined && !isMeant) {
    const message = `${title} says nothing about requests: expected \`when\` or \`expression\``
    reader.findings.error(place, 'missing_key', message)
  }
  if (when !== undefined && expression !== undefined) {
    const message = `${title} has both \`when\` and \`expression\`: expected one of them`
    const help = 'put both into one expression, joined by `and`'
    reader.findings.error(expression.keyPlace, 'conflicting_keys', message, help)
  }
  const term = when && readConditions(when.value, reader)
  const text = expression && expressionText(expression.value, reader)
  const fromTerm = term && compileTerm(term, when.keyPlace, options, reader.findings)
  const fromText = text && compileText(text, options, reader.findings)
  return fromTerm ?? fromText
}

const titleOf = (name: string | undefined, id: string | undefined) => {
  const text = name ?? id
  return text === undefined ? 'the rule' : `the rule ${inBackticks(text)}`
}

const readRule = (node: Node, reader: Reader, options: LanguageOptions): Draft | undefined => {
  const map = reader.map(node, 'a rule: a mapping with `name`, `action` and `when` or `expression`')
  if (map === undefined) return undefined
  const { found, meant } = reader.entries(map, RULE_KEYS, 'a rule', (key) =>
    Object.hasOwn(CONDITION_KEYS, key)
      ? `\`${key}\` is a condition: conditions are indented below \`when:\``
      : undefined
  )
  const { place } = map
  const name = readName(found.name, reader)
  const id = found.id && readId(found.id, reader)
  if (found.name === undefined && found.id === undefined && !meant.has('name')) {
    const help = 'the name is shown in events: say what the rule is for'
    reader.findings.error(place, 'missing_key', 'the rule has no `name`', help)
  }
  const derived = found.id === undefined && name !== undefined ? slug(name) : undefined
  const scope = { reader, options, place, title: titleOf(name, id), meant }
  return {
    id: id ?? derived,
    idPlace: found.id?.value.place ?? found.name?.value.place ?? place,
    name: name ?? id ?? '',
    action: readAction(found.action, scope),
    enabled: (found.enabled && reader.boolean(found.enabled.value, 'enabled')) ?? true,
    expression: readExpression(found, scope),
    description: readDescription(found.description, reader),
    page: readPage(found, scope),
    place,
  }
}

/** A rule where a document is expected: it says what it does to which requests, and no key could mean `rules`. */
const isOneRule = ({ entries }: MapNode): boolean =>
  entries.some(({ key }) => key === 'action' || key === 'when' || key === 'expression') &&
  entries.every(({ key }) => nearest(key, ['rules']) === undefined)

const rulesOf = (map: MapNode, reader: Reader): readonly Node[] => {
  if (isOneRule(map)) {
    const help = 'put it in a list, `rules: [ … ]`'
    reader.findings.error(map.place, 'missing_key', 'this is one rule: expected a document', help)
    return []
  }
  const { found, meant } = reader.entries(map, DOCUMENT_KEYS, 'the document', (key) =>
    Object.hasOwn(RULE_KEYS, key) ? 'rules are items of the list below `rules:`' : undefined
  )
  const { rules, name, $schema } = found
  if (name !== undefined) reader.text(name.value, 'a name')
  if ($schema !== undefined) reader.text($schema.value, 'the address of the schema')
  if (rules === undefined) {
    const help = 'the smallest document is `rules: []`'
    const message = 'the document has no `rules`'
    if (!meant.has('rules')) reader.findings.error(map.place, 'missing_key', message, help)
    return []
  }
  if (rules.value.kind === 'list') return rules.value.items
  const isNothing = rules.value.kind === 'scalar' && rules.value.value === null
  const help = isNothing
    ? 'for a document without rules write `rules: []`'
    : rules.value.kind === 'map'
      ? 'write `- ` before the first key of each rule'
      : undefined
  reader.wrongType(rules.value, 'a list of rules, each starting with `- `', help)
  return []
}

/** Reads one document into drafts; everything that is wrong with it goes to the findings. */
export const readDocument = (node: Node, reader: Reader, options: LanguageOptions): Draft[] => {
  const help = node.kind === 'list' ? 'put the list below `rules:`' : undefined
  const map = reader.map(node, 'a mapping with `rules:`', help)
  if (map === undefined) return []
  return rulesOf(map, reader).flatMap((item) => readRule(item, reader, options) ?? [])
}

/** An id is how a rule is found again from an event: two rules of one ruleset never share it. */
export const checkIds = (drafts: readonly Draft[], findings: Findings) => {
  const first = new Map<string, Draft>()
  for (const draft of drafts) {
    if (draft.id === undefined) continue
    const earlier = first.get(draft.id)
    if (earlier === undefined) {
      first.set(draft.id, draft)
      continue
    }
    const { file, line } = earlier.idPlace.span()
    const place = earlier.idPlace.path ?? `${file}:${line}`
    const message = `the id \`${draft.id}\` is already that of the rule ${inBackticks(earlier.name)} at ${place}`
    const help = 'give one of them another name, or an `id` of its own'
    findings.error(draft.idPlace, 'duplicate_id', message, help)
  }
}
