import type { Lint } from '../lint-type.ts'

export const unknownList: Lint = {
  code: 'unknown_list',
  severity: 'warning',
  title: 'an unknown list',
  explanation:
    'The list does not exist here, so `ip.src in $offices` is false for every request. Define it under `lists:`, with `--feed NAME=FILE`, or with the\n' +
    'option `lists`.',
  bad: ['ip.src in $offices'],
  good: [
    {
      yaml: 'lists: { offices: [192.0.2.0/24] }\nrules: [{ name: a, action: block, expression: ip.src in $offices }]\n',
    },
  ],
  by: 'loader',
}
