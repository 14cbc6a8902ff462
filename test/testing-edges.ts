// Edges for tests of edge1020/testing, and the clients that ask them.
import type { TestEdge, TestEdgeOptions } from 'edge1020/testing'
import { createTestEdge } from 'edge1020/testing'
import { onTestFinished } from 'vitest'

export const NO_BOTS = { name: 'no bots', when: { user_agent: 'bot' }, action: 'block' }
export const BOT = { headers: { 'user-agent': 'bot/1' } }

export const open = async (options: TestEdgeOptions = {}): Promise<TestEdge> => {
  const edge = await createTestEdge(options)
  onTestFinished(() => edge.close())
  return edge
}

export const failureOf = async (work: () => unknown): Promise<Error & { code?: string }> => {
  try {
    await work()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

/** A client of each kind: what it gets of the edge must not differ. */
export const CLIENTS: [
  string,
  (edge: TestEdge, path?: string, init?: RequestInit) => Promise<Response>,
][] = [
  ['fetch over the socket', (edge, path = '/', init) => fetch(new URL(path, edge.url), init)],
  ['edge.fetch', (edge, path = '/', init) => edge.fetch(path, init)],
]
