import type { ListSlot } from '../lists/kind.ts'
import type { Type } from './types.ts'

/** The kind of list that a value of this type can be in. */
export const listKindOf = ({ kind }: Type): ListSlot =>
  kind === 'Ip' ? 'ip' : kind === 'Int' ? 'asn' : 'hostname'
