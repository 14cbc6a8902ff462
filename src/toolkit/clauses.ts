import { toBytes } from '../language/bytes.ts'
import { quote } from '../language/print.ts'

/** Words in nearly every user agent. */
const COMMON =
  /^(?:Mozilla|AppleWebKit|Chrome|Safari|Gecko|Firefox|Version|Mobile|Edg|OPR|SamsungBrowser|like|compatible|KHTML)$/
const PRODUCT = /[A-Za-z][\w.-]*(?=\/)/g
const COMPATIBLE = /compatible; ([A-Za-z][\w.-]*)/

const LINK = /https?:\/\/\S+/g
const FIRST_WORD = /^[A-Za-z][\w.-]*/

/** Returns the program name in a user agent; `undefined` for browsers. */
export const tokenOf = (agent: string): string | undefined => {
  const [, named] = COMPATIBLE.exec(agent) ?? []
  if (named !== undefined && !COMMON.test(named)) return named
  const text = agent.replace(LINK, '')
  const product = text.match(PRODUCT)?.findLast((word) => !COMMON.test(word))
  if (product !== undefined) return product
  const [first] = FIRST_WORD.exec(text) ?? []
  return first === undefined || COMMON.test(first) ? undefined : first
}

const quoted = (text: string) => quote(toBytes(text))

/** Clauses of the Rules language that describe a visitor, for an exception to a rule. */
export const clauses = {
  address: (ip: string) => `ip.src eq ${ip}`,
  network: (cidr: string) => `ip.src in {${cidr}}`,
  system: (asn: number) => `ip.src.asnum eq ${asn}`,
  agent: (userAgent: string) => `http.user_agent eq ${quoted(userAgent)}`,
  /** @param token the program name from `tokenOf`, which all versions of the program send */
  program: (token: string) => `http.user_agent contains ${quoted(token)}`,
  verified: 'cf.client.bot',
  path: (path: string) => `http.request.uri.path eq ${quoted(path)}`,
  folder: (folder: string) => `starts_with(http.request.uri.path, ${quoted(folder)})`,
} as const
