// A thread that loads rules, so no visitor waits for it.
import { parentPort } from 'node:worker_threads'
import { wholeEdge } from '../whole.ts'
import type { Question, Reply } from './messages.ts'
import { memoryOf, repliesTo } from './replies.ts'

const port = parentPort!
wholeEdge()

let replies: Iterator<Reply> | undefined

port.on('message', (question: Question) => {
  if (question.kind === 'load') replies = repliesTo(question)[Symbol.iterator]()
  const reply = replies?.next().value as Reply | undefined
  if (reply !== undefined) port.postMessage(reply, memoryOf(reply))
})
