import type { Lint } from '../lint-type.ts'

export const unknownList: Lint = {
  code: 'unknown_list',
  severity: 'warning',
  title: 'a list that nothing fills',
  explanation:
    'Nothing is in a list that is not here: `ip.src in $offices` is false for every request. Fill it under `lists:`, with `--feed NAME=FILE`, or with\n' +
    'the option `lists`.',
  bad: ['ip.src in $offices'],
  good: [
    {
      yaml: 'lists: { offices: [192.0.2.0/24] }\nrules: [{ name: a, action: block, expression: ip.src in $offices }]\n',
    },
  ],
  by: 'loader',
}
