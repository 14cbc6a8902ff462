import { parentPort } from 'node:worker_threads'
import { EdgeError, messageOf } from '../error.ts'
import { wholeEdge } from '../whole.ts'
import { Desk } from './desk.ts'
import type { FromJudge, ToJudge } from './messages.ts'

const port = parentPort!
const answer = (message: FromJudge) => port.postMessage(message)

wholeEdge()
let desk: Desk | undefined

const handle = async (message: ToJudge): Promise<void> => {
  switch (message.kind) {
    case 'start':
      desk = new Desk(message.options, () => {
        // The main thread reads the same files and reports their errors.
      })
      return
    case 'open':
      await desk!.open(message.spec)
      answer({ kind: 'opened' })
      return
    case 'scan':
      answer({ kind: 'scanned', lines: desk!.scan(message.place, message.bytes) })
      return
    case 'finish':
      answer({ kind: 'finished', tally: desk!.tally.toData() })
      desk!.close()
      port.close()
  }
}

/** The handling of the last message. Each message waits for the one before it. */
let last: Promise<void> = Promise.resolve()
port.on('message', (message: ToJudge) => {
  last = last
    .then(() => handle(message))
    .catch((error: unknown) => {
      const code = error instanceof EdgeError ? error.code : undefined
      answer({ kind: 'failed', code, message: messageOf(error) })
    })
})
