import { customRuleFields, fields } from './fields.ts'
import { customRuleFunctions, functions } from './functions/table.ts'
import { createScheme } from './scheme.ts'

/** Every field and function, for expressions of any phase. */
export const defaultScheme = createScheme({ fields, functions })

/**
 * For custom rules: fields and functions of other phases are known and refused, with the reason. Slots are the same as in
 * `defaultScheme`.
 */
export const customRuleScheme = createScheme({
  fields: customRuleFields,
  functions: customRuleFunctions,
})
