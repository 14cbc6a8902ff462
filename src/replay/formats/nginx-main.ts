import { clfLine, clfReader, mostFit, QUOTED_PART } from './clf.ts'
import type { LogFormat } from './format.ts'

const LINE = clfLine(` ${QUOTED_PART} ${QUOTED_PART} "(?:-|[\\da-fA-F.:, ]+|unknown)"\\s*$`)

/** The format that nginx’s packages configure: combined, with `X-Forwarded-For` at the end. */
export const nginxMain: LogFormat = {
  name: 'nginx-main',
  title: 'combined with X-Forwarded-For at its end, as nginx’s packages configure it',
  fits: (lines) => mostFit(lines, LINE),
  open: () => clfReader('nginx-main', { isCombined: true, hasForwarded: true }),
}
