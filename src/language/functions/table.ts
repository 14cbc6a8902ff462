import type { FunctionDefinition } from '../scheme.ts'
import { stringFunctions } from './strings.ts'

/** All functions of the language, except the quantifiers `any` and `all`, which are grammar. */
export const functions: readonly FunctionDefinition[] = [...stringFunctions]
