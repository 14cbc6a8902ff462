import { clfLine, clfReader, mostFit, QUOTED_PART } from './clf.ts'
import type { LogFormat } from './format.ts'

/** Matches lines that begin with a host, a port and an address. */
const LINE = clfLine(` ${QUOTED_PART} ${QUOTED_PART}`, '\\S+:\\d{1,5} (?=[\\da-fA-F.:]+ )')

export const vhostCombined: LogFormat = {
  name: 'vhost_combined',
  title: 'combined behind the host and its port, as Debian’s Apache configures it',
  fits: (lines) => mostFit(lines, LINE),
  open: () => clfReader('vhost_combined', { isCombined: true, hasHost: true }),
}
