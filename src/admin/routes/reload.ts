import { EdgeError } from '../../error.ts'
import { json, problem } from '../answer.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

/** The route that reloads rules. If documents have errors, it returns them and the active rules stay. */
export const reloadRules = ({ reload }: Side): Route => ({
  method: 'POST',
  path: '/api/rules/reload',
  summary: 'reads the rule files again and activates them',
  result: { description: 'the active rules', schema: 'Reloaded' },
  problems: [409, 422],
  changes: true,
  answer: async () => {
    if (reload === undefined) {
      return problem({
        status: 409,
        code: 'no_rule_files',
        detail: 'the rules of this edge do not come from files: only its program can replace them',
      })
    }
    try {
      return json(await reload())
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error
      const { code, message: detail, diagnostics } = error
      return problem({ status: 422, code, detail, diagnostics })
    }
  },
})
