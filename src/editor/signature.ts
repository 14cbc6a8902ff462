import type { FunctionDefinition, Parameter } from '../language/scheme.ts'
import { expectedName } from '../language/scheme.ts'
import { typeName } from '../language/types.ts'

const parameterText = ({ name, types, kind, optional }: Parameter): string =>
  `${name}${optional === true ? '?' : ''}: ${kind === 'any' ? '' : `${kind} `}${types.map(expectedName).join(' or ')}`

/** How a function is called: its parameters with their types, and its result. */
export const signature = ({ name, parameters, rest, returns }: FunctionDefinition): string => {
  const all = [
    ...parameters.map(parameterText),
    ...(rest === undefined ? [] : [`…${parameterText(rest)}`]),
  ]
  const result = typeof returns === 'function' ? 'the type of the first' : typeName(returns)
  return `${name}(${all.join(', ')}) → ${result}`
}
