import type { Lists } from '../language/compile.ts'

/** Combines several lists. If several have a name, the first takes precedence. */
export const joinLists = (...all: readonly Lists[]): Lists => {
  const first = <K extends keyof Lists>(kind: K) =>
    ((name: string) => {
      for (const lists of all) {
        const found = lists[kind]?.(name)
        if (found !== undefined) return found
      }
      return undefined
    }) as NonNullable<Lists[K]>
  return { ip: first('ip'), int: first('int'), string: first('string') }
}
