import type { Change, Flip } from '../toolkit/counterfactual/flips.ts'

/** Plain names of attributes. */
const NAMES: Readonly<Record<string, string>> = {
  asn: 'network',
  ip: 'address',
  user_agent: 'browser',
  challenge: 'challenge',
}
const MAX_TEXT_CHARS = 60
const MAX_LISTED = 8

export const nameOf = (attribute: string): string =>
  NAMES[attribute] ?? attribute.replace(/^header:/, 'header ')

const shown = (attribute: string, value: unknown): string => {
  if (value === null || value === '') return 'none'
  const text = attribute === 'asn' ? `AS${value}` : String(value)
  return text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS - 1)}…` : text
}

const changeText = ({ attribute, to, values, except }: Change): string => {
  const name = nameOf(attribute)
  const all = (list: readonly unknown[]) =>
    list.length > MAX_LISTED
      ? `${list
          .slice(0, MAX_LISTED)
          .map((one) => shown(attribute, one))
          .join(', ')} …`
      : list.map((one) => shown(attribute, one)).join(', ')
  if (attribute === 'challenge') return 'the challenge passed'
  if (except !== undefined) {
    return except.length === 0 ? `another ${name}` : `any ${name} but ${all(except)}`
  }
  if (values !== undefined) return `${name} ${all(values)}`
  return `another ${name}, such as ${shown(attribute, to)}`
}

/** Describes a flip: `any network but AS24940, and any country but KP`. */
export const flipText = ({ changes }: Flip): string => changes.map(changeText).join(', and ')
