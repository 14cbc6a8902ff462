import { clfLine, clfReader, mostFit, QUOTED_PART } from './clf.ts'
import type { LogFormat } from './format.ts'

const LINE = clfLine(` ${QUOTED_PART} ${QUOTED_PART}`)

export const combined: LogFormat = {
  name: 'combined',
  title: 'Combined Log Format of Apache and nginx, and Traefik’s default',
  fits: (lines) => mostFit(lines, LINE),
  open: () => clfReader('combined', { isCombined: true }),
}
