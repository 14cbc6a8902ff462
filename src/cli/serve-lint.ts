import { messageOf } from '../error.ts'
import type { Finding } from '../lint/finding.ts'
import type { Place } from './lint-warnings.ts'
import { lintWarnings, readsPipe } from './lint-warnings.ts'

/** More warnings would scroll the edge's start messages out of sight. */
const MAX_TOLD = 20

/**
 * Prints lint warnings about the rules of a running edge. It prints only the result of the latest call.
 *
 * @param options.findings lints the files in a thread: a thousand rules take a second and would block visitors
 */
export const createServeLint = ({
  paths,
  findings,
  say,
}: {
  readonly paths: readonly string[]
  readonly findings: () => Promise<readonly Finding[]>
  readonly say: (warning: string) => void
}) => {
  let latest = 0
  return {
    stop: () => {
      latest++
    },
    /** @param told places that the loader has already warned about; their findings are left out */
    ask: async (told: readonly Place[]): Promise<void> => {
      const question = ++latest
      const isLatest = () => question === latest
      try {
        if (readsPipe(paths)) return
        const warnings = lintWarnings(await findings(), told)
        if (!isLatest()) return
        for (const warning of warnings.slice(0, MAX_TOLD)) say(warning)
        const more = warnings.length - MAX_TOLD
        if (more > 0) say(`${more} more: run edge1020 lint`)
      } catch (error) {
        if (isLatest()) say(`the rules were not linted: ${messageOf(error)}`)
      }
    },
  }
}
