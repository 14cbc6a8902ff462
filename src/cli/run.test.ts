import { describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { catalogue } from '../answers/catalogue.ts'
import { COMMANDS } from './commands.ts'
import { cli } from './io.fixture.ts'
import { helpPointer } from './run.ts'

const NAMES = Object.keys(COMMANDS)

describe('help', () => {
  test.each([['--help'], ['-h'], ['help'], ['help', '--help']])(
    '%s lists every command',
    async (...argv) => {
      const { code, out } = await cli(...argv)
      expect(code).toBe(0)
      expect(NAMES.filter((name) => !new RegExp(`^  ${name} +\\S`, 'm').test(out))).toEqual([])
    }
  )

  test.each([
    ['events', '--help'],
    ['events', '-h'],
    ['--help', 'events'],
    ['-h', 'events'],
    ['help', 'events'],
    ['events', '--limit', '5', '--help'],
  ])('`%s %s` prints the help of events', async (...argv) => {
    const { code, out, err } = await cli(...argv)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^edge1020 events: /)
  })

  test('each command has a summary, a usage line and examples of itself', async () => {
    for (const [name, load] of Object.entries(COMMANDS)) {
      const command = await load()
      expect(command.name).toBe(name)
      expect(command.summary).not.toBe('')
      expect(command.examples.filter((example) => example.includes(`edge1020 ${name}`))).toEqual(
        command.examples
      )
    }
  })

  test('is printed to standard error if no command is given, exit code 2', async () => {
    const { code, out, err } = await cli()
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('Usage: edge1020 <command>')
  })
})

test.each(['--version', '-v'])('%s prints the version', async (flag) => {
  expect(await cli(flag)).toMatchObject({ code: 0, out: `${packageJson.version}\n` })
})

test.each([
  [['serv'], 'unknown command "serv": did you mean serve?'],
  [['event', '--limit', '1'], 'unknown command "event": did you mean events?'],
  [['help', 'docter'], 'unknown command "docter": did you mean doctor?'],
  [['launch-it'], `unknown command "launch-it": expected one of ${NAMES.join(', ')}`],
  [['toString'], expect.stringContaining('unknown command "toString"')],
  [['rules', 'chek', 'a.yaml'], 'edge1020 rules: unknown action "chek": did you mean check?'],
  [['rules'], 'edge1020 rules: expected print, check, export or format'],
  [['update', 'ans'], 'edge1020 update: unknown data "ans": did you mean asn?'],
  [['update'], 'edge1020 update: expected asn or feeds'],
  [['update', 'asn', 'x'], 'edge1020 update: unexpected "x": expected only asn or feeds'],
  [['page', '1020', '--dialect', 'htm'], '--dialect "htm": did you mean html?'],
  [['serve', '--prot', '80'], 'edge1020 serve: unknown option "--prot": did you mean --port?'],
  [
    ['eval', '--prot'],
    'edge1020 eval: unknown option "--prot": `edge1020 eval --help` lists the options',
  ],
  [['eval', '--reqest', 'x'], 'edge1020 eval: unknown option "--reqest": did you mean --request?'],
  [['serve', '--store', 'sqllite', '--port', '0'], 'store "sqllite": did you mean sqlite:FILE?'],
  [['serve', '--bots', 'onn'], '--bots "onn": did you mean on?'],
  [['serve', '--answer-headers', 'nell'], '--answer-headers "nell": did you mean nel?'],
])('%j is refused with a suggestion', async (argv, message) => {
  const { error, out } = await cli(...argv)
  expect(error).toMatchObject({
    code: expect.stringMatching(/^wrong_usage$|^unknown_store$/),
    message,
  })
  expect(out).toBe('')
})

test.each([
  ['eval', '--ip "x": expected an address', 'edge1020 eval --help lists its options\n'],
  ['evil', 'unknown command "evil"', 'edge1020 --help lists the commands\n'],
  ['toString', 'unknown command "toString"', 'edge1020 --help lists the commands\n'],
  [undefined, 'wrong', 'edge1020 --help lists the commands\n'],
  ['page', '"1021" is not an error code: `edge1020 page --help` lists all', ''],
])('a message about %s is followed by a hint to the help', (name, message, pointer) => {
  expect(helpPointer(name, message)).toBe(pointer)
})

describe('edge1020 page', () => {
  const BY_HELP = '; `edge1020 page --help` lists all'

  test.each([
    [[], 'edge1020 page: expected a code, such as 1020'],
    [
      ['1021'],
      `edge1020 page: "1021" is not an error code: the nearest are 1019, 1020, 1023${BY_HELP}`,
    ],
    [
      ['9999'],
      `edge1020 page: "9999" is not an error code: the nearest are 1204, 1205, 1206${BY_HELP}`,
    ],
    [['503'], `edge1020 page: "503" is not an error code: the nearest are 502, 504, 520${BY_HELP}`],
    [[''], `edge1020 page: "" is not an error code: expected one such as 1020${BY_HELP}`],
    [['abc'], `edge1020 page: "abc" is not an error code: expected one such as 1020${BY_HELP}`],
  ])('%j is wrong usage', async (argv, message) => {
    const { error, out } = await cli('page', ...argv)
    expect(error).toMatchObject({ code: 'wrong_usage', message })
    expect(out).toBe('')
  })

  test('its help lists every code', async () => {
    const { out } = await cli('page', '--help')
    const listed = /^Codes: (.*)\.$/m.exec(out)?.[1]?.split(' ') ?? []
    const codes = listed.flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    })
    expect(codes).toEqual([...catalogue.keys()].sort((x, y) => x - y))
  })
})
