// Checks whole documents in a thread of its own: a thousand rules take a second, in which nobody could type.
import { parentPort } from 'node:worker_threads'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { messageOf } from '../error.ts'
import { wholeLanguage } from '../language/whole.ts'
import type { CheckQuestion, CheckReply } from './check.ts'
import { View } from './document.ts'
import { findingsIn } from './findings.ts'

wholeLanguage()

parentPort?.on('message', ({ uri, languageId, version, text }: CheckQuestion) => {
  const reply = (one: CheckReply) => parentPort?.postMessage(one)
  try {
    const view = new View(TextDocument.create(uri, languageId, version, text))
    reply({ uri, version, found: findingsIn(view) })
  } catch (error) {
    reply({ uri, version, found: [], error: messageOf(error) })
  }
})
