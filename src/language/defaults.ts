import { customRuleFields, fields } from './fields.ts'
import { functions } from './functions/table.ts'
import { createScheme } from './scheme.ts'

/** Every field and function, for expressions of any phase. */
export const defaultScheme = createScheme({ fields, functions })

/** The same, fields that no custom rule can read being refused. Slots are the same as in `defaultScheme`. */
export const customRuleScheme = createScheme({ fields: customRuleFields, functions })
