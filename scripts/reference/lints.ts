import type { Lint, LintExample } from '../../src/lint/lint-type.ts'
import { LINTS } from '../../src/lint/table.ts'
import { heading, table } from './markdown.ts'

const INTRODUCTION = `
\`edge1020 lint\` finds mistakes in rules that load: comparisons that are never true, rules that no request reaches,
rules that stop more than they seem to. It reads the same files as \`serve --rules\`: rule documents, documents of Cloudflare's API, Terraform
and OpenTofu folders, plans and states.

\`\`\`yaml
rules:
  - name: partners only
    action: block
    expression: not any(http.request.headers["X-Partner"][*] eq "yes")
  - name: no scripts
    action: block
    expression: http.user_agent contains "curl"
  - name: no scripts on the API
    action: managed_challenge
    expression: http.user_agent contains "curl/" and starts_with(http.request.uri.path, "/api/")
\`\`\`

\`\`\`text
$ edge1020 lint rules.yaml
rules.yaml:4:46 error header_name_case no header is called \`X-Partner\`: header names are in lower case (partners only)
        expression: not any(http.request.headers["X-Partner"][*] eq "yes")
                                                 ^^^^^^^^^^^
  fix: write \`x-partner\`
rules.yaml:10:17 error covered_rule no request reaches this rule: \`no scripts\` (line 5) blocks all of its requests (no scripts on the API)
        expression: http.user_agent contains "curl/" and starts_with(http.request.uri.path, "/api/")
                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  request: {"expression":"http.user_agent contains \\"curl/\\" and starts_with(http.request.uri.path, \\"/api/\\")","fields":{"http.request.uri.path":"/api/","http.user_agent":"curl/"}}
2 errors, 0 warnings, 0 info: 3 rules in 1 file
\`\`\`

A request is a case for [\`edge1020 eval --ndjson\`](eval.md).

| severity | meaning | exit code |
| --- | --- | --- |
| \`error\` | the rule, or a part of it, never does what it says | 1, or 2 if the rules do not load |
| \`warning\` | the rule probably does more or less than it says | 0, or 1 with \`--fail-on warning\` or \`--max-warnings N\` |
| \`info\` | the rule works, and could be clearer | 0, or 1 with \`--fail-on info\` |

Exit code 2 means rules that other commands would not load, wrong usage or missing paths. \`rules check\` and \`serve\` also show errors and
warnings.

* \`--fix\` applies the certain fixes to the files. It replaces single words, so comments, quotes and line ends stay. It does not change a rule
  that is written in parts, such as a Terraform expression with variables.
* \`--format json\` prints \`{"findings":[{"file","line","column","endColumn","severity","code","message","rule","fix"}]}\`. Columns count characters from
  1. \`fix\` has a \`message\`, and \`edits\` if it is certain. \`example\` is the request.
* \`--format sarif\` is for code scanning, \`--format github\` for the log of a GitHub workflow, which shows the findings beside the lines.
* \`--plan free\` and so on checks the limits of a plan.
* A comment above a rule or inside it silences one lint for that rule, in YAML and in Terraform. It needs a reason. JSON has no comments: there
  write the same into the \`description\` of the rule.

\`\`\`yaml
rules:
  # edge1020-ignore country_allow_list: the shop sells in Germany only, crawlers included
  - name: Germany only
    action: block
    expression: ip.src.country ne "DE"
\`\`\`

## How far the proofs go

\`never_matches\`, \`always_matches\`, \`dead_part\` and \`covered_rule\` depend on the meaning of expressions. The lint takes the texts, numbers and
networks that the expressions name, and one other value of each kind, and evaluates the compiled expressions. It reports nothing if that proves nothing: a
condition on two fields at once, the contents of lists, regular expressions that are more than text and anchors, and searches of more than a few
thousand steps. A test compares the proofs with brute force over random rule sets: none is ever wrong, and more than nine of ten true ones are found.
[How it works](decisions/lint-proofs.md).

## Cost

The cost grows with the number of rules, not with its square: a rule is compared with the few earlier ones that take one of its requests. CPU time in
one process, the documents read from memory (\`npm run bench:lint\`, two runs of best of three, Node 20, two cores of an AMD EPYC without other work).
The goal of one second for 1,000 rules was met in one of the two runs:

| rules | lint | of it loading |
| --- | --- | --- |
| 100 | 0.27, 0.37 s | 0.06, 0.04 s |
| 1,000 | 0.93, 1.06 s | 0.24, 0.27 s |
| 10,000 | 6.4, 6.3 s | 2.5, 2.4 s |
`

const CODES = `
Problems that stop a document from loading have codes of their own, such as \`unknown_key\` or \`expected_operator\`. Their messages say what was
expected; they cannot be silenced.
`

const blockOf = (example: LintExample): string => {
  if (typeof example === 'string') return `\`\`\`text\n${example}\n\`\`\`\n`
  if ('file' in example) {
    const language = example.file.endsWith('.tf') ? 'hcl' : 'json'
    return `\`${example.file}\`:\n\n\`\`\`${language}\n${example.text.trimEnd()}\n\`\`\`\n`
  }
  const plan = example.plan === undefined ? '' : `With \`--plan ${example.plan}\`:\n\n`
  return `${plan}\`\`\`yaml\n${example.yaml.trimEnd()}\n\`\`\`\n`
}

/** Longer examples are for the tests: a page shows how they begin. */
const MAX_CHARACTERS = 600

const textOf = (example: LintExample): string => {
  if (typeof example === 'string') return example
  return 'file' in example ? example.text : example.yaml
}

const isShown = (example: LintExample): boolean => textOf(example).length <= MAX_CHARACTERS

const examples = (title: string, all: readonly LintExample[]): string => {
  const shown = all.filter(isShown)
  return shown.length === 0 ? '' : `\n## ${title}\n\n${shown.map(blockOf).join('\n')}`
}

const sentence = (title: string): string => {
  const text = title.replace(/^`?./, (first) => first.toUpperCase())
  return `${text}.`
}

/** docs/lint/CODE.md: a lint with its reasons and its examples, which are its tests. */
export const writeLint = ({ code, severity, title, explanation, bad, good }: Lint): string =>
  [
    heading(code, 'src/lint/lints/'),
    `\n${sentence(title)} Severity: \`${severity}\`.\n\n${explanation}\n`,
    examples('Found', bad),
    examples('Not found', good),
    '\n[All lints](../lint.md)\n',
  ].join('')

/** docs/lint.md: the command, and every code. */
export const writeLints = async (): Promise<string> => {
  const rows = LINTS.map(({ code, severity, title }) => [
    `[\`${code}\`](lint/${code}.md)`,
    severity,
    title,
  ])
  return `${heading('Lint', 'src/lint/')}${INTRODUCTION}\n## All lints\n\n${table(['code', 'severity', 'finds'], rows)}${CODES}`
}
