import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import packageJson from '../../package.json' with { type: 'json' }
import { EditorService } from '../editor/server.ts'
import type { Command } from './command.ts'
import { usageError } from './command.ts'
import { SUMMARIES } from './summaries.ts'

export const lsp: Command = {
  name: 'lsp',
  summary: SUMMARIES.lsp,
  usage: '[options]',
  description:
    'Speaks the Language Server Protocol on standard input and output; an editor starts it. It knows the expressions in rule\n' +
    "documents of edge1020 (YAML, JSON), in documents of Cloudflare's API, and in Terraform and OpenTofu files.\n" +
    'docs/editor.md has the settings of VS Code, Neovim, Helix and Zed.',
  flags: { stdio: { help: 'what editors pass; it is the only way to talk to it' } },
  examples: ['edge1020 lsp'],
  async run(args) {
    if (args.positionals.length > 0) {
      throw usageError(`edge1020 lsp: unexpected "${args.positionals[0]}": it takes no files`)
    }
    const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout)
    new EditorService(connection, packageJson.version).listen()
    // The library ends the process when the editor sends `exit` or closes the connection.
    return new Promise<never>(() => {})
  },
}
