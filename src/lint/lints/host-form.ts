import { inBackticks } from '../../rules/node.ts'
import { checkHost } from '../../rules/values.ts'
import type { Lint } from '../lint-type.ts'
import { isWhole } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'
import { placeholderIn } from './placeholder.ts'

const PORT = /:\d{1,5}$/

export const hostForm: Lint = {
  code: 'host_form',
  severity: 'error',
  title: 'a host with a port, a scheme, a path or capital letters',
  explanation:
    '`http.host` contains only the host name, in lower case and without a final dot. The port is in `cf.edge.server_port`. `--fix` corrects the\n' +
    'name if only its case is wrong.',
  bad: [
    'http.host eq "shop.test:8443"',
    'http.host in {"https://shop.test"}',
    'http.host eq "Shop.Test"',
    'ends_with(http.host, ".Shop.Test")',
    'http.host eq "shop.test/admin"',
    'http.host contains ":443"',
  ],
  good: [
    'http.host eq "shop.test" and cf.edge.server_port eq 8443',
    'lower(http.host) eq "shop.test"',
    'http.host wildcard "*.Shop.Test"',
    'http.host eq ""',
    'http.host eq "[2001:db8::1]"',
  ],
  expression: (written, report) => {
    for (const test of testsOf(written)) {
      const { kind, field, text, part, inner } = test
      if (field !== 'http.host' || test.through.length > 0 || text === '') continue
      if (placeholderIn(text) !== undefined) continue
      if (kind === 'matches' || kind === 'wildcard' || /^[lg][te]$/.test(kind)) continue
      const lower = text.toLowerCase()
      if (PORT.test(text) && !/^\[?[\da-f:]+\]?$/i.test(text.replace(PORT, '') || 'x')) {
        const name = text.replace(PORT, '')
        report({
          part,
          message: `no host contains a port: ${inBackticks(text)}`,
          help: `write ${name === '' ? '' : `${inBackticks(name)} and `}\`cf.edge.server_port eq ${PORT.exec(text)![0].slice(1)}\``,
        })
        continue
      }
      const problem = isWhole(test) ? checkHost(text) : undefined
      if (problem !== undefined && !text.includes('*')) {
        report({
          part,
          message: problem.message,
          ...(problem.help === undefined ? {} : { help: problem.help }),
        })
        continue
      }
      if (lower === text) continue
      report({
        part,
        message: `no host equals ${inBackticks(text)}: host names are in lower case`,
        help: `write ${inBackticks(lower)}`,
        ...(inner === undefined ? {} : { replacements: [{ text: lower, at: inner }] }),
      })
    }
  },
}
