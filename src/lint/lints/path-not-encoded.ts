import type { Lint } from '../lint-type.ts'

const document = (lines: string) => ({ yaml: `rules:\n  - { name: a, action: block, ${lines} }\n` })

export const pathNotEncoded: Lint = {
  code: 'path_not_encoded',
  severity: 'warning',
  title: 'a path with characters that clients escape',
  explanation:
    'Clients send `/caf%C3%A9` for `/café`. A `path:` in `when` compares the path as it arrives, so write the escaped form.',
  bad: [document('when: { path: /café }')],
  good: [document('when: { path: /caf%C3%A9 }')],
  by: 'loader',
}
