import type { Lint } from '../lint-type.ts'

export const wrongListKind: Lint = {
  code: 'wrong_list_kind',
  severity: 'error',
  title: 'a list of the wrong kind',
  explanation:
    'A list contains addresses, AS numbers or hosts, and a field can only be in lists of its own kind: `ip.src` in lists of addresses,\n' +
    '`ip.src.asnum` in lists of AS numbers, `http.host` in lists of hosts.',
  bad: [
    {
      yaml: 'lists: { offices: [192.0.2.0/24] }\nrules: [{ name: a, action: block, expression: http.host in $offices }]\n',
    },
  ],
  good: [
    {
      yaml: 'lists: { offices: [192.0.2.0/24] }\nrules: [{ name: a, action: block, expression: ip.src in $offices }]\n',
    },
  ],
  by: 'loader',
}
