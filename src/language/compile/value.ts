import type { ArgumentNode, CallNode, FieldNode, Index, OperandNode } from '../ast.ts'
import type { Context, Value } from '../types.ts'
import type { CompileOptions } from './options.ts'

export type Read = (context: Context) => Value | undefined

const step = (value: Value | undefined, index: Index): Value | undefined => {
  if (value === undefined) return undefined
  if (index.kind === 'at') return (value as readonly Value[])[index.at]
  return index.kind === 'key' ? (value as ReadonlyMap<string, Value>).get(index.key) : undefined
}

/** Elements of an array, or of a map in the order of its keys. */
export const elementsOf = (value: Value | undefined): readonly Value[] => {
  if (value === undefined) return []
  if (value instanceof Map) return sortedKeys(value).map((key) => value.get(key)!)
  return value as readonly Value[]
}

export const sortedKeys = (map: ReadonlyMap<string, Value>): string[] => [...map.keys()].sort()

/** All values to which an index path with `[*]` leads, without missing ones. */
export const spread = (value: Value | undefined, indexes: readonly Index[]): readonly Value[] => {
  let values: readonly Value[] = value === undefined ? [] : [value]
  for (const index of indexes) {
    values =
      index.kind === 'each'
        ? values.length === 1
          ? elementsOf(values[0])
          : values.flatMap(elementsOf)
        : values.map((one) => step(one, index)).filter((one) => one !== undefined)
  }
  return values
}

const withIndexes = (base: Read, indexes: readonly Index[], each: boolean): Read => {
  if (each) {
    const first = indexes.findIndex(({ kind }) => kind === 'each')
    const [before, from] = [indexes.slice(0, first), indexes.slice(first)]
    return (context) => {
      const value = before.reduce(step, base(context))
      return value === undefined ? undefined : spread(value, from)
    }
  }
  const [first, second, ...more] = indexes
  if (first === undefined) return base
  if (second === undefined) return (context) => step(base(context), first)
  if (more.length === 0) return (context) => step(step(base(context), first), second)
  return (context) => indexes.reduce(step, base(context))
}

/** `headers["name"][*]`, the most frequent form in rules: the value under the key is the array itself. */
const readEachUnderKey =
  (slot: number, key: string): Read =>
  (context) => {
    const value = (context.get(slot) as ReadonlyMap<string, Value> | undefined)?.get(key)
    return value === undefined || Array.isArray(value) ? value : elementsOf(value)
  }

const readField = ({ slot, indexes, each }: FieldNode): Read => {
  const [first, second, third] = indexes
  if (first?.kind === 'key' && second?.kind === 'each' && third === undefined) {
    return readEachUnderKey(slot, first.key)
  }
  return withIndexes((context) => context.get(slot), indexes, each)
}

const readArgument = (argument: ArgumentNode, options: CompileOptions): Read => {
  if (argument.kind === 'literal') {
    const { value } = argument
    return () => value
  }
  if (argument.kind === 'field' || argument.kind === 'call')
    return compileOperand(argument, options)
  return options.condition(argument, options)
}

/** Runs a call once; returns `undefined` if a missing argument makes the result missing. */
export const applyCall = (call: CallNode, args: readonly (Value | undefined)[]) => {
  if (call.definition.missing !== 'handle' && args.includes(undefined)) return undefined
  return call.evaluate(args)
}

const readCall = (call: CallNode, options: CompileOptions): Read => {
  const reads = call.arguments.map((argument) => readArgument(argument, options))
  const { evaluate, mapped, indexes, each } = call
  if (mapped) return withIndexes(readMapped(call, reads), indexes, each)
  const handlesMissing = call.definition.missing === 'handle'
  const whenMissing = options.missing === 'engine' ? call.definition.engineMissing : undefined
  // All requests share one array: a call ends before the next call of the same node begins.
  const args: (Value | undefined)[] = reads.map(() => undefined)
  const base: Read = (context) => {
    for (let i = 0; i < reads.length; i++) {
      const value = reads[i]!(context)
      if (value === undefined && !handlesMissing) return whenMissing
      args[i] = value
    }
    return evaluate(args)
  }
  return withIndexes(base, indexes, each)
}

/** `f(x[*], …)`: one call for each element; missing results are left out. */
const readMapped =
  (call: CallNode, reads: readonly Read[]): Read =>
  (context) => {
    const [items, ...others] = reads.map((read) => read(context))
    const results: Value[] = []
    for (const item of (items ?? []) as readonly Value[]) {
      const result = applyCall(call, [item, ...others])
      if (result !== undefined) results.push(result)
    }
    return results
  }

/** The value of a field or call; with `[*]`, the array of all its values. */
export const compileOperand = (operand: OperandNode, options: CompileOptions): Read =>
  operand.kind === 'field' ? readField(operand) : readCall(operand, options)
