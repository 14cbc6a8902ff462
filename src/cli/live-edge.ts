import type { Arguments, Io } from './command.ts'
import { adminToken, usualAdmin } from './event-reader.ts'
import { askRunningEdge, hasRunningEdge } from './running-edge.ts'

const LOOPBACK = /^https?:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?(?:[/?]|$)/i

/** The admin address of a running edge, and its token. */
export interface LiveEdge {
  readonly admin: string
  readonly token: string | undefined
}

/**
 * Returns the edge that `--admin` names. Without the flag, returns the edge that runs on this machine if `url` is local, and
 * `undefined` if `url` is not local or no edge answers.
 */
export const liveEdge = async (url: string, args: Arguments): Promise<LiveEdge | undefined> => {
  const token = adminToken(args)
  const admin = args.text('admin') ?? usualAdmin(args)
  if (args.given('admin')) return { admin, token }
  if (!LOOPBACK.test(url)) return undefined
  return (await hasRunningEdge(admin, token)) ? { admin, token } : undefined
}

/** Asks a running edge about a request. Without `--json`, it prints the address of the edge to `err`. */
export const askLiveEdge = async (
  { admin, token }: LiveEdge,
  path: 'api/check' | 'api/explain',
  question: unknown,
  args: Arguments,
  io: Io
): Promise<unknown> => {
  const answer = await askRunningEdge(admin, token, path, question)
  if (!args.on('json')) io.err(`asked the running edge at ${admin}\n`)
  return answer
}
