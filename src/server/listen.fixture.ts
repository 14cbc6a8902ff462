import { onTestFinished } from 'vitest'
import { createListener, type ListenerOptions } from './listen.ts'

export const CLOSE = 'Connection: close\r\n\r\n'
export const get = (path = '/', more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: a.test\r\n${more}${CLOSE}`
export const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

export const start = async (options: Partial<ListenerOptions> = {}) => {
  const listener = await createListener({
    handler: (_, response) => void response.end('hello'),
    drainTimeoutMs: 200,
    ...options,
  })
  onTestFinished(() => listener.close())
  return listener
}
