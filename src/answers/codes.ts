/** Codes of the catalogue, from the first to the last of each run. The catalogue itself is loaded when a request is refused. */
const RUNS: readonly (readonly [first: number, last: number])[] = [
  [502, 502],
  [504, 504],
  [520, 526],
  [1000, 1020],
  [1023, 1023],
  [1025, 1029],
  [1033, 1045],
  [1047, 1047],
  [1049, 1049],
  [1100, 1109],
  [1200, 1206],
]

/** Whether this edge can answer with a code: `isCode(1020)`. */
export const isCode = (code: number): boolean =>
  Number.isInteger(code) && RUNS.some(([first, last]) => code >= first && code <= last)
