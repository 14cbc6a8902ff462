import type { EventField } from './fields.ts'
import { ipOfKey } from './ip-key.ts'

/**
 * A value of a group for people.
 *
 * @param value as tables have it: milliseconds for a time, the key of an address; null for none
 */
export const shownValue = ({ type }: EventField, value: unknown): string | number => {
  if (type === 'time' || type === 'bucket') return new Date(Number(value)).toISOString()
  if (type === 'number') return Number(value)
  const text = String(value ?? '')
  return type === 'ip' ? ipOfKey(text) : text
}
