import type { FunctionExample, FunctionNote } from '../../src/editor/function-notes.ts'
import { functionNotes, quantifierNotes } from '../../src/editor/function-notes.ts'
import { signature } from '../../src/editor/signature.ts'
import { compile } from '../../src/language/compile.ts'
import { defaultScheme } from '../../src/language/defaults.ts'
import { customRuleFunctions, functions } from '../../src/language/functions/table.ts'
import type { FunctionDefinition } from '../../src/language/scheme.ts'
import type { Value } from '../../src/language/types.ts'
import { wholeLanguage } from '../../src/language/whole.ts'
import { formatIp, Ip, parseIp } from '../../src/lists/ip.ts'
import { heading } from './markdown.ts'

const INTRODUCTION = `
Functions of the Rules language, with examples. A signature shows each parameter with its type. \`?\` marks an optional parameter and
\`…\` a repeatable one. \`literal\` marks a parameter that takes no field, \`field\` one that takes no literal. \`Bytes\` is text, counted in
bytes. If an argument is missing, so is the result, unless this page says otherwise.
`

// Examples are evaluated at once: nothing here waits for a module.
wholeLanguage()

/** Text in an example is UTF-8, unless a control character shows that its characters are bytes. */
const BINARY = /[\0-\x1f]/

/** Bytes of the language are strings of one character for each byte. */
const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

const given = (name: string, value: Value): Value => {
  if (name === 'ip.src') return parseIp(value as string)!
  return typeof value === 'string' && !BINARY.test(value) ? bytesOf(value) : value
}

const shown = (value: Value | undefined): string => {
  if (value === undefined) return 'missing'
  if (value instanceof Ip) return formatIp(value)
  if (typeof value === 'string') return JSON.stringify(value)
  return Array.isArray(value) ? `[${value.map(shown).join(', ')}]` : String(value)
}

/** The result of an example, as the engine gives it. */
export const resultOf = ({ expression, given: values = {} }: FunctionExample): string => {
  const read = new Map(
    Object.entries(values).map(([name, value]) => [defaultScheme.slot(name), given(name, value)])
  )
  const compiled = compile(expression, { scheme: defaultScheme, expect: 'any' })
  return shown(compiled.evaluate({ get: (slot) => read.get(slot) }))
}

const givenText = (values: FunctionExample['given']): string[] =>
  Object.entries(values ?? {}).map(([name, value]) => {
    if (name === 'ip.src') return `# ${name} is ${value}`
    if (typeof value === 'string' && BINARY.test(value)) {
      return `# ${name} is the bytes ${Buffer.from(value, 'latin1').toString('hex')}`
    }
    return `# ${name} is ${JSON.stringify(value instanceof Map ? Object.fromEntries(value) : value)}`
  })

const exampleText = (example: FunctionExample): string =>
  [...givenText(example.given), `${example.expression} → ${example.result}`].join('\n')

const section = (title: string, { meaning, examples }: FunctionNote, notes: string[]): string =>
  `\n## ${title}\n\n${[meaning, ...notes].join(' ')}\n\n\`\`\`text\n${examples.map(exampleText).join('\n')}\n\`\`\`\n`

const notesOf = ({ name, once, maxArguments }: FunctionDefinition): string[] => {
  const { refused } = customRuleFunctions.find((definition) => definition.name === name)!
  return [
    ...(once === true ? ['An expression can have at most one call.'] : []),
    ...(maxArguments === undefined ? [] : [`At most ${maxArguments} arguments.`]),
    ...(refused === undefined ? [] : [`${refused}.`]),
  ]
}

/** Functions that can be called; the others are only known, for a better message. */
export const documented: readonly FunctionDefinition[] = functions.filter(
  ({ refused }) => refused === undefined
)

/** docs/functions.md: every function with its signature and examples, in the order of the alphabet. */
export const writeFunctions = async (): Promise<string> => {
  const sections = [...documented]
    .sort((x, y) => (x.name < y.name ? -1 : 1))
    .map((definition) => {
      const note = functionNotes[definition.name]
      if (note === undefined) {
        throw new RangeError(`src/editor/function-notes.ts: nothing on ${definition.name}`)
      }
      const call = `\`${signature(definition)}\``
      return section(
        definition.name,
        { ...note, meaning: `${call}\n\n${note.meaning}` },
        notesOf(definition)
      )
    })
  const quantifiers = Object.entries(quantifierNotes).map(([name, note]) => section(name, note, []))
  return [
    heading('Functions', 'src/language/functions/table.ts'),
    INTRODUCTION,
    ...sections,
    '\n# Quantifiers\n\nA condition on the elements of an array or map.\n',
    ...quantifiers,
  ].join('')
}
