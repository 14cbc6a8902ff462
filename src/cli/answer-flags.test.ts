import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { answerFlags, answersOf } from './answer-flags.ts'
import type { Command } from './command.ts'
import { parseArguments } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-answer-flags-'))
afterAll(() => rmSync(folder, { recursive: true }))
const PAGE = join(folder, 'own.html')
writeFileSync(PAGE, '<title>Mine</title>::CLOUDFLARE_ERROR_1000S_BOX::')

const COMMAND = { name: 'test', flags: answerFlags } as Command
const read = (...argv: string[]) => answersOf(parseArguments(COMMAND, argv))

const DEFAULTS = {
  page: {},
  text: 'no-encoding',
  headers: {},
  languages: false,
  emulatedHeader: true,
}

test.each([
  [[], {}],
  [['--page', 'g1'], { page: { generation: 'g1' } }],
  [['--contact', 'mailto:a@b.test'], { contact: 'mailto:a@b.test' }],
  [['--languages'], { languages: true }],
  [['--short-text', 'never'], { text: 'never' }],
  [['--no-emulated-header'], { emulatedHeader: false }],
  [
    ['--answer-headers', 'cookie, alt-svc,error-type'],
    { headers: { cookie: true, altSvc: true, errorType: true } },
  ],
  [['--answer-headers', 'nel,vary'], { headers: { nel: true, vary: true } }],
])('%j', (argv, changes) => expect(read(...argv)).toEqual({ ...DEFAULTS, ...changes }))

test('reads the owner’s page', () => {
  const { page } = read('--page-template', PAGE, '--page', 'g2')
  expect(page).toMatchObject({ generation: 'g2', template: expect.anything() })
})

test.each([
  [['--page', 'g4'], '--page "g4": did you mean g1?'],
  [['--short-text', 'nevr'], '--short-text "nevr": did you mean never?'],
  [['--answer-headers', 'cookie,cokie'], '--answer-headers "cokie": did you mean cookie?'],
  [['--answer-headers', 'toString'], '--answer-headers "toString": expected one of cookie, nel'],
])('%j is wrong usage', (argv, message) => {
  expect(() => read(...argv)).toThrow(
    expect.objectContaining({ code: 'wrong_usage', message: expect.stringContaining(message) })
  )
})

test('the error for a missing page names the file', () => {
  const file = join(folder, 'none.html')
  expect(() => read('--page-template', file)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(file) })
  )
})
