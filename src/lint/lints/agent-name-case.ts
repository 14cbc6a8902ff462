import { inBackticks } from '../../rules/node.ts'
import table from '../agents.json' with { type: 'json' }
import type { Lint } from '../lint-type.ts'
import type { TextTest } from '../text-tests.ts'
import { testsOf } from '../written-tests.ts'

interface Agent {
  readonly name: string
  readonly header: string
  readonly lower: string
}

const AGENTS: readonly Agent[] = table.agents.map(([name, header]) => ({
  name: name!,
  header: header!,
  lower: header!.toLowerCase(),
}))

/** Case-sensitive comparisons that can concern part of the header. */
const KINDS: ReadonlySet<TextTest['kind']> = new Set([
  'contains',
  'starts_with',
  'ends_with',
  'eq',
  'ne',
  'in',
])
/** Shorter texts occur in too many headers to be a name. */
const MIN_LENGTH = 4
const FIELD = 'http.user_agent'

/**
 * Returns the client whose name the text spells in another case; `undefined` if some client sends the text exactly as written.
 */
const misspelt = (text: string): { agent: Agent; sent: string } | undefined => {
  const lower = text.toLowerCase()
  const named = AGENTS.filter((agent) => agent.lower.includes(lower))
  const [agent] = named
  if (agent === undefined || named.some(({ header }) => header.includes(text))) return undefined
  const at = agent.lower.indexOf(lower)
  return { agent, sent: agent.header.slice(at, at + text.length) }
}

export const agentNameCase: Lint = {
  code: 'agent_name_case',
  severity: 'warning',
  title: 'a client’s name in the wrong case',
  explanation:
    '`http.user_agent` is case-sensitive: `contains "wget"` never matches `Wget/1.24.5`, and `contains "googlebot"` never matches Googlebot. Write\n' +
    'the name as the client sends it, or compare `lower(http.user_agent)` with lower-case text. `--fix` writes `lower(…)` if the text is in lower\n' +
    'case. The lint knows the headers of about fifty clients.',
  bad: [
    'http.user_agent contains "wget"',
    'http.user_agent contains "bot" and not http.user_agent contains "googlebot"',
    'http.user_agent contains "Sqlmap"',
    'starts_with(http.user_agent, "mozilla/5.0")',
  ],
  good: [
    'http.user_agent contains "Wget"',
    'lower(http.user_agent) contains "wget"',
    'http.user_agent wildcard "*wget*"',
    'http.user_agent contains "nmap.org"',
    'http.user_agent contains "bot"',
    'http.user_agent contains "wget" or http.user_agent contains "Wget"',
    'http.user_agent contains "acme-monitor"',
  ],
  expression: (written, report) => {
    const { source } = written
    const texts = testsOf(written).flatMap(({ field, text }) => (field === FIELD ? [text] : []))
    for (const { kind, field, through, text, part, whole } of testsOf(written)) {
      if (field !== FIELD || through.length > 0 || !KINDS.has(kind)) continue
      if (text.length < MIN_LENGTH || !/[a-z]/i.test(text)) continue
      const found = misspelt(text)
      // An expression with both spellings is deliberate.
      if (found === undefined || texts.includes(found.sent)) continue
      const lower = text.toLowerCase()
      const isPlain = kind !== 'in' && source.startsWith(FIELD, whole.start)
      report({
        part,
        message: `${found.agent.name} sends ${inBackticks(found.sent)}, not ${inBackticks(text)}`,
        help: isPlain
          ? `write \`lower(${FIELD}) ${kind} "${lower}"\``
          : `write ${inBackticks(found.sent)}, or compare \`lower(${FIELD})\` with ${inBackticks(lower)}`,
        ...(isPlain && lower === text
          ? {
              replacements: [
                { text: `lower(${FIELD})`, at: { start: whole.start, length: FIELD.length } },
              ],
            }
          : {}),
      })
    }
  },
}
