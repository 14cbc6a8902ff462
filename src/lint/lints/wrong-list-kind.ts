import type { Lint } from '../lint-type.ts'

export const wrongListKind: Lint = {
  code: 'wrong_list_kind',
  severity: 'error',
  title: 'a list of another kind than the field',
  explanation:
    'Lists hold addresses, AS numbers or hosts. A field is only ever in lists of its kind: addresses for `ip.src`, AS numbers for `ip.src.asnum`,\n' +
    'hosts for `http.host`.',
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
