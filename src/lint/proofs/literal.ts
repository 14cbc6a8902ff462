import type { Atom } from './atoms.ts'

/** An atom with its truth value. */
export interface Literal {
  readonly atom: Atom
  readonly isTrue: boolean
}
