import { describe, expect, test } from 'vitest'
import type { Command } from './command.ts'
import { commandHelp, oneOf, parseArguments, unknownWord, wholeNumber } from './command.ts'

const command: Command = {
  name: 'try',
  summary: 'tries',
  usage: '[options]',
  flags: {
    port: { value: 'PORT', short: 'p', default: '8020', help: 'where' },
    rules: { value: 'PATH', multiple: true, help: 'which' },
    colour: { value: 'COLOUR', help: 'red or green' },
    fast: { help: 'hurry' },
  },
  examples: ['edge1020 try'],
  takesSettings: false,
  run: async () => 0,
}
const parsed = (...argv: string[]) => parseArguments(command, argv)
const wrong = (message: string) => expect.objectContaining({ code: 'wrong_usage', message })

describe('arguments', () => {
  test('have values, defaults and switches, and know which flags were given', () => {
    const args = parsed('-p', '1', '--rules', 'a', '--rules', 'b', '--fast', 'x')
    expect(args.text('port')).toBe('1')
    expect(args.texts('rules')).toEqual(['a', 'b'])
    expect(args.on('fast')).toBe(true)
    expect(args.positionals).toEqual(['x'])
    expect(['port', 'rules', 'fast', 'colour', 'json'].map((flag) => args.given(flag))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })

  test('a default does not count as given', () => {
    const args = parsed()
    expect([args.text('port'), args.given('port'), args.on('fast')]).toEqual(['8020', false, false])
    expect([args.text('colour'), args.texts('rules')]).toEqual([undefined, []])
  })

  test.each([
    [['--prot', '1'], 'edge1020 try: unknown option "--prot": did you mean --port?'],
    [['--rule=a'], 'edge1020 try: unknown option "--rule": did you mean --rules?'],
    [
      ['--whatever'],
      'edge1020 try: unknown option "--whatever": `edge1020 try --help` lists the options',
    ],
    [['-x'], 'edge1020 try: unknown option "-x": `edge1020 try --help` lists the options'],
    [['--port'], "edge1020 try: option '-p, --port <value>' argument missing"],
    [['--fast=1'], expect.stringContaining("option '--fast' does not take an argument")],
  ])('%j is refused', (argv, message) => {
    expect(() => parsed(...argv)).toThrow(wrong(message))
  })
})

test.each([
  ['serv', 'unknown command "serv": did you mean serve?'],
  ['zzzzzz', 'unknown command "zzzzzz": expected one of serve, events'],
])('an unknown word: %s', (word, message) => {
  expect(unknownWord('unknown command', word, ['serve', 'events'])).toEqual(wrong(message))
})

describe('one of several words', () => {
  const colour = (...argv: string[]) => oneOf(parsed(...argv), 'colour', ['red', 'green'])

  test('is one of them, or absent', () => {
    expect([colour('--colour', 'red'), colour()]).toEqual(['red', undefined])
  })

  test.each([
    ['gren', '--colour "gren": did you mean green?'],
    ['mauve', '--colour "mauve": expected one of red, green'],
    ['', '--colour "": expected one of red, green'],
  ])('%j is refused', (text, message) => {
    expect(() => colour('--colour', text)).toThrow(wrong(message))
  })
})

describe('a whole number', () => {
  const port = (text: string) => wholeNumber(parsed('--port', text), 'port', { min: 1, max: 10 })

  test.each([
    ['1', 1],
    ['10', 10],
    ['007', 7],
  ])('%s', (text, number) => {
    expect(port(text)).toBe(number)
  })

  test.each(['0', '11', '1.5', '', ' 1', '1e1', '0x1'])('%j is refused', (text) => {
    expect(() => port(text)).toThrow(
      wrong(`--port "${text}": expected a whole number from 1 to 10`)
    )
  })
})

test('the help has usage, every option with its default, and the example', () => {
  expect(commandHelp(command)).toBe(
    [
      'edge1020 try: tries',
      '',
      'Usage: edge1020 try [options]',
      '',
      'Options:',
      '  -p, --port PORT  where (default 8020)',
      '  --rules PATH     which (repeatable)',
      '  --colour COLOUR  red or green',
      '  --fast           hurry',
      '  --json           print JSON for programs',
      '  -h, --help       show this help',
      '',
      'Example:',
      '  edge1020 try',
      '',
      'Exit codes: 0 success, 2 wrong usage or a bad document.',
      '',
    ].join('\n')
  )
})
