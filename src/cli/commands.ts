import type { Command } from './command.ts'
import type { CommandName } from './summaries.ts'

/** Loads a command by its name. Lazy imports keep unused modules, such as the proxy, out of `edge1020 events`. */
export const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  init: async () => (await import('./init.ts')).init,
  serve: async () => (await import('./serve.ts')).serve,
  events: async () => (await import('./events.ts')).events,
  rules: async () => (await import('./rules.ts')).rules,
  lsp: async () => (await import('./lsp.ts')).lsp,
  lint: async () => (await import('./lint.ts')).lintCommand,
  test: async () => (await import('./test.ts')).testCommand,
  audit: async () => (await import('./audit.ts')).auditCommand,
  import: async () => (await import('./import.ts')).importCommand,
  page: async () => (await import('./page.ts')).page,
  identify: async () => (await import('./identify.ts')).identify,
  check: async () => (await import('./check.ts')).check,
  explain: async () => (await import('./explain.ts')).explainCommand,
  eval: async () => (await import('./eval.ts')).evaluate,
  replay: async () => (await import('./replay.ts')).replay,
  update: async () => (await import('./update.ts')).update,
  doctor: async () => (await import('./doctor.ts')).doctor,
}
