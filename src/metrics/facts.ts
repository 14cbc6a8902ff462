import type { Edge } from '../edge.ts'

/** One source of data, with its age. */
export interface DatedFact {
  /** `country`, `asn`, `feed` … */
  readonly role: string
  readonly name: string
  /** `YYYY-MM-DD`, `YYYY-MM`, or '' if unknown. */
  readonly date: string
  /** One line for people. */
  readonly text?: string
  /** The problem of the source, if there is one. */
  readonly warning?: string
}

const factsOfEdges = new WeakMap<Edge, () => readonly DatedFact[]>()

/** The code that opens the sources of an edge knows their age; the edge itself does not. */
export const rememberFacts = (edge: Edge, facts: () => readonly DatedFact[]): void => {
  factsOfEdges.set(edge, facts)
}

/** The last remembered facts; none for an edge with sources of the program. */
export const factsOf = (edge: Edge): readonly DatedFact[] => factsOfEdges.get(edge)?.() ?? []
