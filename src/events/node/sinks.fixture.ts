import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { EventSink } from '../sink.ts'

/** The path of a file that is not there yet, in a folder that is not there either. */
export const newFile = () => {
  const root = mkdtempSync(join(tmpdir(), 'edge1020-sinks-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return join(root, 'logs', 'events.ndjson')
}

/** Collects the messages of a sink. */
export const told = () => {
  const said: string[] = []
  return {
    said,
    onTrouble: ({ message }: Error) => void said.push(message),
    onNotice: (message: string) => void said.push(message),
  }
}

/** Closes the sink after the test. */
export const closedLater = <Sink extends EventSink>(sink: Sink): Sink => {
  onTestFinished(() => sink.close())
  return sink
}

/** The Ray IDs of NDJSON. */
export const raysIn = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).RayID)
