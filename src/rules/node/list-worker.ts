// A thread that reads the files of large lists, so that no visitor waits for it.
import { parentPort } from 'node:worker_threads'
import type { ListQuestion, ListReply } from './prepare-list-file.ts'
import { prepareListFile } from './prepare-list-file.ts'

/** Typed arrays change hands, without a copy. */
const memoryOf = (reply: ListReply): ArrayBuffer[] => {
  if (reply?.list.kind !== 'ip') return []
  const { four, six } = reply.list.ranges
  return [four, six].flatMap(({ starts, values, hostBits }) =>
    [...starts, values, hostBits].map(({ buffer }) => buffer as ArrayBuffer)
  )
}

parentPort?.on('message', (question: ListQuestion) => {
  const reply = prepareListFile(question)
  parentPort?.postMessage(reply, memoryOf(reply))
})
