import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'

/** The text members of every event: queries and columns rely on them. */
const TEXTS = [
  'ray',
  'colo',
  'time',
  'action',
  'source',
  'expression',
  'ip',
  'country',
  'userAgent',
  'method',
  'scheme',
  'host',
  'path',
  'query',
  'protocol',
] as const satisfies readonly (keyof SecurityEvent)[]

const OPTIONAL_TEXTS = ['asnName', 'ja3', 'ja4'] as const satisfies readonly (keyof SecurityEvent)[]

type Members = Readonly<Record<string, unknown>>

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: unknown) => typeof value === 'string'
const isOptionalText = (value: unknown) => value === undefined || isText(value)
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText)

const isEvent = (value: unknown): value is SecurityEvent => {
  if (!isMembers(value)) return false
  const { rule, matched, reputation } = value
  return (
    TEXTS.every((name) => isText(value[name])) &&
    OPTIONAL_TEXTS.every((name) => isOptionalText(value[name])) &&
    isMembers(rule) &&
    isText(rule['id']) &&
    isText(rule['name']) &&
    isOptionalText(rule['source']) &&
    Array.isArray(matched) &&
    matched.every((one) => isMembers(one) && isText(one['field']) && isText(one['expression'])) &&
    (reputation === undefined || (isMembers(reputation) && isTexts(reputation['lists']))) &&
    isTexts(value['notes'])
  )
}

export const isEvents = (value: unknown): value is SecurityEvent[] =>
  Array.isArray(value) && value.every(isEvent)

const isTime = (value: unknown) => isText(value) && !Number.isNaN(Date.parse(value as string))

export const isGap = (value: unknown): value is Gap =>
  isMembers(value) &&
  isText(value['firstRay']) &&
  isText(value['lastRay']) &&
  isTime(value['from']) &&
  isTime(value['to']) &&
  typeof value['count'] === 'number' &&
  isText(value['reason'])
