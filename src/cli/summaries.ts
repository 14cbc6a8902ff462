/** One-line summaries in the order of `--help`. The help reads them from here to avoid loading the commands. */
export const SUMMARIES = {
  init: 'start a project: rules, tests of them, settings, a check in GitHub Actions',
  serve: 'run the edge as a reverse proxy in front of an origin',
  events: 'list blocked, logged and skipped requests, or look up a Ray ID',
  rules: 'print rules as expressions of the Rules language, check, export or format them',
  lsp: 'serve editors: diagnostics, hover, completion and formatting (Language Server Protocol)',
  lint: 'find mistakes in rules that load',
  test: 'run tests of rules, written in YAML',
  audit: 'find the good visitors that rules stop, and the smallest exception for them',
  import: "convert Cloudflare's own configuration into rules of edge1020",
  page: 'print the answer that a blocked client gets for an error code',
  identify: 'check whether a response comes from the site itself or is a block by Cloudflare',
  check:
    'tell whether a request is blocked from everywhere or just from here, why, and what would help',
  explain: 'show the verdict of each phase and rule on one request, and the answer',
  eval: 'evaluate an expression of the Rules language, or many from lines of JSON',
  replay: 'judge the requests of access logs by rules: who would be blocked',
  update: 'download visitor data: autonomous systems, reputation feeds',
  doctor: 'check the setup of the edge and the age of its data',
} as const

export type CommandName = keyof typeof SUMMARIES
