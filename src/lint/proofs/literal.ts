import type { Atom } from './atoms.ts'

/** An atom that is true, or false. */
export interface Literal {
  readonly atom: Atom
  readonly isTrue: boolean
}
