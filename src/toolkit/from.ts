import { EdgeError } from '../error.ts'
import { defaultScheme } from '../language/defaults.ts'
import { nearest } from '../nearest.ts'
import { parseLossless } from './lossless-json.ts'
import type { From } from './pretend.ts'

/** Names of attributes that are not fields of the Rules language, or that are shorter. */
const WORDS = ['as', 'ip', 'country', 'asn', 'ja3', 'ja4', 'challenge'] as const
type Word = (typeof WORDS)[number]

const isWord = (name: string): name is Word => (WORDS as readonly string[]).includes(name)

/** A comma before another attribute; commas inside a value do not separate. */
const BETWEEN = /,\s*(?=[a-z][\w.]*=)/i
const AS_NUMBER = /^(?:AS)?\d+$/i

const problem = (text: string, message: string): EdgeError =>
  new EdgeError('wrong_attributes', `"${text}": ${message}`)

/** Returns the parsed JSON, or the text itself if it is not JSON. */
const jsonOr = (text: string): unknown => {
  try {
    return parseLossless(text)
  } catch {
    return text
  }
}

const readWord = (word: Word, value: string, pair: string): From => {
  if (word === 'asn') {
    if (!AS_NUMBER.test(value)) throw problem(pair, 'expected an AS number, such as asn=24940')
    return { asn: Number(value.replace(/^AS/i, '')) }
  }
  if (word === 'challenge' && value !== 'pass') throw problem(pair, 'expected challenge=pass')
  return { [word]: value }
}

/** Merges two visitors. For each attribute, the second one wins. */
export const joinFrom = (first: From, second: From): From => ({
  ...first,
  ...second,
  ...(first.fields === undefined && second.fields === undefined
    ? {}
    : { fields: { ...first.fields, ...second.fields } }),
})

/**
 * Reads attributes of a visitor: the name of a persona, or `name=value` pairs with commas between them. A name is `as`, `ip`, `country`, `asn`, `ja3`, `ja4`,
 * `challenge` or a field of the Rules language.
 *
 * @throws EdgeError `wrong_attributes`
 * @example parseFrom('country=DE,asn=24940') // { country: 'DE', asn: 24940 }
 */
export const parseFrom = (text: string): From => {
  const trimmed = text.trim()
  if (trimmed === '')
    throw problem(text, 'expected a persona, or attributes such as country=DE,asn=24940')
  if (!trimmed.includes('=')) return { as: trimmed }
  return trimmed.split(BETWEEN).reduce((from: From, pair): From => {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, Math.max(equals, 0)).trim()
    const value = pair.slice(equals + 1).trim()
    const word = name.toLowerCase()
    if (isWord(word)) return joinFrom(from, readWord(word, value, pair))
    const field = defaultScheme.fields.get(name)
    if (field === undefined) {
      const meant = nearest(name, [...WORDS, ...defaultScheme.fields.keys()])
      const help =
        meant === undefined
          ? `expected one of ${WORDS.join(', ')} or a field`
          : `did you mean ${meant}?`
      throw problem(pair, help)
    }
    // Text that looks like a number stays text if the field's type is text.
    const isText = field.type.kind === 'Bytes'
    return joinFrom(from, {
      fields: { [field.alias ?? name]: isText && !value.startsWith('"') ? value : jsonOr(value) },
    })
  }, {})
}
