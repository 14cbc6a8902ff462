import { customRuleFunctions, functions } from './functions/table.ts'
import { compileRegex } from './regex/regex.ts'
import { functionsByName } from './scheme.ts'

export const allEngines = {
  compileRegex,
  customRuleFunctions: functionsByName(customRuleFunctions),
  functions: functionsByName(functions),
}
