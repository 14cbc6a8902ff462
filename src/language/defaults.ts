import { engines } from './engines.ts'
import { customRuleFields, fields } from './fields.ts'
import { LATER_FUNCTIONS } from './functions/names.ts'
import { stringFunctions } from './functions/strings.ts'
import type { FunctionTable } from './scheme.ts'
import { createScheme, functionsByName } from './scheme.ts'

/** Shorthand rules call some of them, so they are always loaded. */
const strings = functionsByName(stringFunctions)
const names = [...strings.keys(), ...LATER_FUNCTIONS]

const functionTable = (which: 'functions' | 'customRuleFunctions'): FunctionTable => ({
  has: (name) => strings.has(name) || LATER_FUNCTIONS.has(name),
  get: (name) =>
    strings.get(name) ?? (LATER_FUNCTIONS.has(name) ? engines.needed[which].get(name) : undefined),
  keys: () => names,
})

/** Every field and function, for expressions of any phase. */
export const defaultScheme = createScheme({ fields, functions: functionTable('functions') })

/**
 * For custom rules: refuses fields and functions of other phases, with the reason. Slots are the same as in
 * `defaultScheme`.
 */
export const customRuleScheme = createScheme({
  fields: customRuleFields,
  functions: functionTable('customRuleFunctions'),
})
