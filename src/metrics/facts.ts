import type { Edge } from '../edge.ts'

/** One source of data, as far as its age goes. */
export interface DatedFact {
  /** `country`, `asn`, `feed` … */
  readonly role: string
  readonly name: string
  /** `YYYY-MM-DD`, `YYYY-MM`, or '' where unknown. */
  readonly date: string
  /** One line for people. */
  readonly text?: string
  /** What is not as it should be. */
  readonly warning?: string
}

const factsOfEdges = new WeakMap<Edge, () => readonly DatedFact[]>()

/** Who opens an edge's sources knows how old they are; the edge itself does not look. */
export const rememberFacts = (edge: Edge, facts: () => readonly DatedFact[]): void => {
  factsOfEdges.set(edge, facts)
}

/** What was remembered last; nothing for an edge whose sources are the program's own. */
export const factsOf = (edge: Edge): readonly DatedFact[] => factsOfEdges.get(edge)?.() ?? []
