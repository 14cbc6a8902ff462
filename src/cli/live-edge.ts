import type { Arguments, Io } from './command.ts'
import { adminToken, usualAdmin } from './event-reader.ts'
import { askRunningEdge, hasRunningEdge } from './running-edge.ts'

const LOOPBACK = /^https?:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?(?:[/?]|$)/i

/** The admin address of a running edge, and its token. */
export interface LiveEdge {
  readonly admin: string
  readonly token: string | undefined
}

/** The edge whose rules are asked: the one that `--admin` names, or of a URL on this machine the one that runs here. */
export const liveEdge = async (url: string, args: Arguments): Promise<LiveEdge | undefined> => {
  const token = adminToken(args)
  const admin = args.text('admin') ?? usualAdmin(args)
  if (args.given('admin')) return { admin, token }
  if (!LOOPBACK.test(url)) return undefined
  return (await hasRunningEdge(admin, token)) ? { admin, token } : undefined
}

/** Asks it a question about a request, and says so. */
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
