import type { Phase } from './phase.ts'

/** A phase without rules. It keeps its place, because places are the bits of `Ruling.skips`. */
export const idlePhase = ({ name, source }: Pick<Phase, 'name' | 'source'>): Phase => ({
  name,
  source,
  fields: [],
  readsBody: false,
  run: () => undefined,
})
