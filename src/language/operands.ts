import { nearest } from '../nearest.ts'
import { ipLiteral } from './addresses.ts'
import type { ArgumentNode, CallNode, FieldNode, Index, LiteralNode, OperandNode } from './ast.ts'
import { toStrictText, toText } from './bytes.ts'
import { CLOSE_PAREN, COMMA, DOT, DOUBLE_QUOTE, OPEN_BRACKET } from './characters.ts'
import type { Cursor } from './cursor.ts'
import { bytesLiteral, intLiteral, startsString } from './literals.ts'
import { mending } from './mending.ts'
import type { Parser } from './parser.ts'
import { Problem } from './problem.ts'
import type { Expected, FunctionDefinition, Parameter } from './scheme.ts'
import { ArgumentProblem, expectedName } from './scheme.ts'
import type { Type, Value } from './types.ts'
import { arrayOf, BYTES, INT, IP, sameType, typeName } from './types.ts'
import { descendants } from './walk.ts'

const DIGITS = /\d+/y
const MAX_INDEX = 0xffff_ffff

/** Explains a word of the grammar in place of a name. */
const wordHelp = (name: string, word: string): string => {
  if (name !== word) return `operators are lower case: \`${word}\``
  return word === 'any' || word === 'all'
    ? `\`${word}\` takes an array in parentheses: ${word}(field[*] eq "…")`
    : `something is missing before \`${word}\``
}

/** Reports an unknown name, with the nearest known one. */
export const unknownName = (parser: Parser, name: string, start: number): Problem => {
  const { fields, functions } = parser.scheme
  const near = nearest(name, [...fields.keys(), ...functions.keys()])
  const lower = name.toLowerCase()
  const word = ['and', 'or', 'not', 'xor', 'any', 'all'].find((known) => known === lower)
  const help =
    word !== undefined
      ? wordHelp(name, word)
      : near === undefined
        ? mending.loaded?.operandHint(name, 0, name.length)
        : `did you mean \`${near}\`?`
  return new Problem('unknown_identifier', 'unknown identifier', start, start + name.length, help)
}

/** Reads a field or a call with its indexes. The cursor is on the name. */
export const operand = (parser: Parser): OperandNode => {
  const { cursor, scheme } = parser
  const start = cursor.at
  const name = cursor.peekName()
  if (name === '') {
    const help = mending.loaded?.operandHint(cursor.source, start, cursor.end)
    throw new Problem('expected_name', 'expected identifier character', start, cursor.end, help)
  }
  if (cursor.unit(name.length) === DOT) {
    const after = start + name.length + 1
    throw new Problem('expected_name', 'expected identifier character', after, cursor.end)
  }
  const field = scheme.fields.get(name)
  if (field !== undefined) {
    if (field.refused !== undefined) {
      throw new Problem('unusable_field', field.refused, start, start + name.length)
    }
    cursor.at += name.length
    if (field.deprecated !== undefined) {
      parser.warn(
        'deprecated_field',
        `\`${name}\` is deprecated`,
        start,
        cursor.at,
        field.deprecated
      )
    }
    const { indexes, type, each } = readIndexes(cursor, field.type, false)
    const canonical = field.alias ?? name
    return {
      kind: 'field',
      name: canonical,
      slot: scheme.slot(name),
      indexes,
      type,
      each,
      start,
      end: cursor.at,
    }
  }
  const definition = scheme.functions.get(name)
  if (definition === undefined) throw unknownName(parser, name, start)
  if (definition.refused !== undefined) {
    throw new Problem('unusable_function', definition.refused, start, start + name.length)
  }
  cursor.at += name.length
  return call(parser, definition, start)
}

const readIndexes = (
  cursor: Cursor,
  of: Type,
  already: boolean
): { indexes: Index[]; type: Type; each: boolean } => {
  const indexes: Index[] = []
  let type = of
  let each = already
  while (cursor.unit() === OPEN_BRACKET) {
    const start = cursor.at
    const index = readIndex(cursor)
    const fits =
      index.kind === 'each' ? 'of' in type : type.kind === (index.kind === 'key' ? 'Map' : 'Array')
    if (!fits || !('of' in type)) {
      throw new Problem(
        'invalid_index_access',
        `cannot access index ${indexText(index)} for type ${typeName(type)}`,
        start,
        cursor.at
      )
    }
    indexes.push(index)
    each ||= index.kind === 'each'
    type = type.of
  }
  return { indexes, type, each }
}

const indexText = (index: Index) =>
  index.kind === 'each'
    ? '[*]'
    : index.kind === 'at'
      ? `[${index.at}]`
      : `[${JSON.stringify(toText(index.key))}]`

const INDEX_EXPECTED = 'expected quoted utf8 string or positive integer'

const readIndex = (cursor: Cursor): Index => {
  cursor.at++
  cursor.skipSpace()
  const start = cursor.at
  const index = indexValue(cursor, start)
  cursor.skipSpace()
  cursor.expect(']')
  return index
}

const indexValue = (cursor: Cursor, start: number): Index => {
  if (cursor.take('*')) return { kind: 'each' }
  if (cursor.unit() === DOUBLE_QUOTE) {
    const key = bytesLiteral(cursor)
    if (toStrictText(key) === undefined) {
      throw new Problem('expected_literal', INDEX_EXPECTED, start, cursor.at)
    }
    return { kind: 'key', key }
  }
  const digits = cursor.takeRun(DIGITS)
  if (digits === '') throw new Problem('expected_literal', INDEX_EXPECTED, start, cursor.end)
  const at = Number(digits)
  if (at > MAX_INDEX) throw new Problem('expected_literal', INDEX_EXPECTED, start, cursor.at)
  return { kind: 'at', at }
}

const accepts = (expected: Expected, type: Type): boolean =>
  expected === 'Any' ||
  (typeof expected === 'string' ? expected === type.kind : sameType(expected, type))

const isLiteral = (argument: ArgumentNode): argument is LiteralNode => argument.kind === 'literal'

const isOperand = (argument: ArgumentNode): argument is FieldNode | CallNode =>
  argument.kind === 'field' || argument.kind === 'call'

const call = (parser: Parser, definition: FunctionDefinition, start: number): CallNode => {
  const { cursor } = parser
  const nameEnd = cursor.at
  if (definition.once && parser.calledOnce.has(definition.name)) {
    throw new Problem(
      'too_many_calls',
      `${definition.name} can be called once in an expression`,
      start,
      nameEnd
    )
  }
  parser.calledOnce.add(definition.name)
  cursor.skipSpace()
  const open = cursor.at
  cursor.expect('(')
  const given = parser.nested(open, () => readArguments(parser, definition))
  checkCount(definition, given, start, cursor.at)
  if (definition.once) checkNesting(definition, given)
  const mapped = given.length > 0 && isOperand(given[0]!) && given[0].each
  const types = given.map((argument) => argument.type)
  const literals = given.map((argument): Value | undefined =>
    isLiteral(argument) ? argument.value : undefined
  )
  const evaluate = prepared(definition, { literals, types }, given)
  const returned =
    typeof definition.returns === 'function' ? definition.returns(types) : definition.returns
  const read = readIndexes(cursor, mapped ? arrayOf(returned) : returned, false)
  return {
    kind: 'call',
    definition,
    evaluate,
    arguments: given,
    mapped,
    ...read,
    start,
    end: cursor.at,
  }
}

/** @see https://developers.cloudflare.com/ruleset-engine/rules-language/functions/#regex_replace */
const checkNesting = ({ name }: FunctionDefinition, given: readonly ArgumentNode[]) => {
  const inner = given
    .flatMap((argument) => descendants(argument))
    .find((node) => node.kind === 'call' && node.definition.once)
  if (inner?.kind !== 'call') return
  throw new Problem(
    'nested_call',
    `${inner.definition.name} cannot be called inside ${name}`,
    inner.start,
    inner.start + inner.definition.name.length
  )
}

const prepared = (
  definition: FunctionDefinition,
  shape: { literals: readonly (Value | undefined)[]; types: readonly Type[] },
  given: readonly ArgumentNode[]
) => {
  try {
    return definition.prepare?.(shape) ?? definition.evaluate
  } catch (error) {
    if (!(error instanceof ArgumentProblem)) throw error
    const { start, end } = given[error.index]!
    throw new Problem('invalid_argument', error.message, start, end, error.help)
  }
}

const readArguments = (parser: Parser, definition: FunctionDefinition): ArgumentNode[] => {
  const { cursor } = parser
  const given: ArgumentNode[] = []
  cursor.skipSpace()
  if (cursor.take(')')) return given
  for (;;) {
    const index = given.length
    const parameter = definition.parameters[index] ?? definition.rest
    const start = cursor.at
    const tooMany = parameter === undefined || index >= (definition.maxArguments ?? Infinity)
    const argument = readArgument(parser, parameter)
    if (tooMany) throw countProblem(definition, index + 1, start, cursor.at)
    checkArgument(parameter, argument, index)
    given.push(argument)
    cursor.skipSpace()
    if (cursor.take(')')) return given
    cursor.expect(cursor.done ? ')' : ',')
    cursor.skipSpace()
  }
}

const checkArgument = (parameter: Parameter, argument: ArgumentNode, index: number) => {
  const { start, end } = argument
  const kind = isLiteral(argument) ? 'Literal' : 'Field'
  const wanted =
    parameter.kind === 'field' ? 'Field' : parameter.kind === 'literal' ? 'Literal' : kind
  if (wanted !== kind) {
    throw new Problem(
      'invalid_argument_kind',
      `invalid kind of argument #${index}: expected argument of kind ${wanted}, but got ${kind}`,
      start,
      end
    )
  }
  if (index > 0 && isOperand(argument) && argument.each) {
    throw new Problem(
      'invalid_map_each_access',
      'invalid use of map each access operator',
      start,
      end,
      '[*] belongs in the first argument of a call'
    )
  }
  if (!parameter.types.some((expected) => accepts(expected, argument.type))) {
    throw new Problem(
      'invalid_argument_type',
      `invalid type of argument #${index}: expected value of type ${parameter.types.map(expectedName).join(' or ')}, but got ${typeName(argument.type)}`,
      start,
      end
    )
  }
}

const countProblem = (
  { parameters, rest, maxArguments }: FunctionDefinition,
  actual: number,
  start: number,
  end: number
): Problem => {
  const least = parameters.filter((parameter) => !parameter.optional).length
  const most = rest === undefined ? parameters.length : maxArguments
  const expected =
    most === undefined ? `at least ${least}` : most === least ? `${least}` : `${least} to ${most}`
  return new Problem(
    'invalid_argument_count',
    `invalid number of arguments: expected ${expected}, but got ${actual}`,
    start,
    end
  )
}

const checkCount = (
  definition: FunctionDefinition,
  given: readonly ArgumentNode[],
  start: number,
  end: number
) => {
  const least = definition.parameters.filter((parameter) => !parameter.optional).length
  if (given.length < least) throw countProblem(definition, given.length, start, end)
}

/** A literal, a field or call, one comparison, or a logical expression with an unambiguous first token. */
const readArgument = (parser: Parser, parameter: Parameter | undefined): ArgumentNode => {
  const { cursor } = parser
  const start = cursor.at
  if (cursor.unit() === COMMA || cursor.unit() === CLOSE_PAREN) {
    throw new Problem('expected_name', 'expected an argument', start, start + 1)
  }
  if (startsString(cursor)) {
    return { kind: 'literal', type: BYTES, value: bytesLiteral(cursor), start, end: cursor.at }
  }
  if (parser.startsLogical()) return parser.logical()
  const name = cursor.peekName()
  if (parser.isTruth(name)) return parser.logical()
  if (parser.isKnown(name)) {
    const left = operand(parser)
    return parser.argumentComparison(left)
  }
  return readLiteral(parser, name, start, parameter)
}

const LITERALS: readonly [Type, (cursor: Cursor) => Value][] = [
  [IP, ipLiteral],
  [INT, intLiteral],
  [BYTES, bytesLiteral],
]

/** Tries three kinds of literals. The first one that ends at the end of the argument wins. */
const readLiteral = (
  parser: Parser,
  name: string,
  start: number,
  parameter: Parameter | undefined
): LiteralNode => {
  const { cursor } = parser
  let number: Problem | undefined
  let help: string | undefined
  for (const [type, read] of LITERALS) {
    cursor.at = start
    try {
      const value = read(cursor)
      const end = cursor.at
      if (endsArgument(cursor)) return { kind: 'literal', type, value, start, end }
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (!parameter?.types.some((expected) => accepts(expected, type))) continue
      if (type === INT) number = error
      if (type === BYTES) help = mending.loaded?.argumentHint(cursor.source, start, cursor.end)
      help ??= error.help
    }
  }
  cursor.at = start
  // Text that cannot be a number, an address or bytes is an unknown name.
  if (/[g-zG-Z_]/.test(name)) throw unknownName(parser, name, start)
  if (number?.code === 'invalid_number') throw number
  throw new Problem('eof', 'unrecognised input', start, cursor.end, help)
}

const endsArgument = (cursor: Cursor): boolean => {
  const { at } = cursor
  cursor.skipSpace()
  const ends = cursor.unit() === COMMA || cursor.unit() === CLOSE_PAREN
  cursor.at = at
  return ends
}
