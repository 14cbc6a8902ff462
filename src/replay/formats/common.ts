import { clfLine, clfReader, mostFit } from './clf.ts'
import type { LogFormat } from './format.ts'

const LINE = clfLine('\\s*$')

export const common: LogFormat = {
  name: 'common',
  title: 'Common Log Format',
  fits: (lines) => mostFit(lines, LINE),
  open: () => clfReader('common', {}),
}
