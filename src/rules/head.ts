import type { PageChoice } from '../answers/answer.ts'
import type { LanguageOptions } from './compile.ts'
import type { Entry, MapNode, Place } from './node.ts'
import { inBackticks } from './node.ts'
import type { Reader } from './reader.ts'
import { readers } from './readers.ts'
import { slug } from './slug.ts'

const MAX_NAME_CHARACTERS = 200
const MAX_DESCRIPTION_CHARACTERS = 2000
const CONTROL = /\p{Cc}/u
const ID = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:-]{0,99}$/u

export const isId = (text: string): boolean => ID.test(text)

/** The keys that rules of every product have. */
export type HeadKey = 'name' | 'id' | 'description' | 'enabled' | 'page'

/** The state that the readers of one rule's parts share. */
export interface RuleScope {
  readonly reader: Reader
  readonly options: LanguageOptions
  readonly place: Place
  /** "the rule `no scripts`" */
  readonly title: string
  /** Keys that misspelled ones were probably meant to be. */
  readonly meant: ReadonlySet<string>
}

/** The members that rules of every product have. */
export interface Head {
  /** Given, or derived from the given name; absent if the rule has neither. */
  readonly id: string | undefined
  readonly idPlace: Place
  readonly name: string | undefined
  readonly enabled: boolean
  readonly description: string | undefined
  readonly place: Place
}

const readName = (entry: Entry | undefined, reader: Reader): string | undefined => {
  if (entry === undefined) return undefined
  const text = reader.text(entry.value, 'a name')
  if (text === undefined) return undefined
  const { value, place } = text
  if (value.length > MAX_NAME_CHARACTERS && [...value].length > MAX_NAME_CHARACTERS) {
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
  const message = `${inBackticks(text.value)} is not an id: expected up to 100 letters, digits, \`-\`, \`_\`, \`.\` or \`:\`, starting with a letter or digit`
  const meant = slug(text.value)
  const help =
    /[\p{L}\p{N}]/u.test(text.value) && ID.test(meant) ? `did you mean \`${meant}\`?` : undefined
  reader.findings.error(text.place, 'invalid_id', message, help)
  return undefined
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

/** The looks of a rule's refusals. */
export const readPage = (
  page: Entry | undefined,
  { reader, options }: RuleScope
): PageChoice | undefined =>
  page === undefined ? undefined : readers.needed.readPageChoice(page, reader, options.readPage)

const titleOf = (name: string | undefined, id: string | undefined) => {
  const text = name ?? id
  return text === undefined ? 'the rule' : `the rule ${inBackticks(text)}`
}

/** Reads the properties that rules of every product have. */
export const readHead = (
  { place }: MapNode,
  found: Partial<Record<HeadKey, Entry>>,
  meant: ReadonlySet<string>,
  reader: Reader,
  options: LanguageOptions
): { head: Head; scope: RuleScope } => {
  const name = readName(found.name, reader)
  const id = found.id && readId(found.id, reader)
  const derived = found.id === undefined && name !== undefined ? slug(name) : undefined
  const head = {
    id: id ?? derived,
    idPlace: found.id?.value.place ?? found.name?.value.place ?? place,
    name: name ?? id,
    enabled: (found.enabled && reader.boolean(found.enabled.value, 'enabled')) ?? true,
    description: readDescription(found.description, reader),
    place,
  }
  return { head, scope: { reader, options, place, title: titleOf(name, id), meant } }
}

/** Events show the name of a rule that its owner writes: it has one, or an id. */
export const checkNamed = (
  found: Partial<Record<HeadKey, Entry>>,
  what: string,
  { reader, place, meant }: RuleScope
): void => {
  if (found.name !== undefined || found.id !== undefined || meant.has('name')) return
  const help = 'events show the name: describe the purpose of the rule'
  reader.findings.error(place, 'missing_key', `${what} has no \`name\``, help)
}
