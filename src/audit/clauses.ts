import { toBytes } from '../language/bytes.ts'
import { quote } from '../language/print.ts'
import type { GoodVisitor } from './visitors.ts'

/** Words that nearly every user agent has. */
const COMMON =
  /^(?:Mozilla|AppleWebKit|Chrome|Safari|Gecko|Firefox|Version|Mobile|Edg|OPR|SamsungBrowser|like|compatible|KHTML)$/
const PRODUCT = /[A-Za-z][\w.-]*(?=\/)/g
const COMPATIBLE = /compatible; ([A-Za-z][\w.-]*)/

const LINK = /https?:\/\/\S+/g
const FIRST_WORD = /^[A-Za-z][\w.-]*/

/** The word by which a user agent names its program; `undefined` for browsers. */
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
const WELL_KNOWN = /^\/\.well-known\/[^/?]+/

/**
 * Clauses of the Rules language that are true of some of these visitors: as exceptions they let them through. The caller tries each
 * of them before it proposes one.
 */
export const clausesFor = (visitors: readonly GoodVisitor[]): string[] => {
  const clauses = new Set<string>()
  if (visitors.some(({ verified }) => verified !== undefined)) clauses.add('cf.client.bot')
  for (const { headers, asn, network, paths = [], verified } of visitors) {
    const token = tokenOf(headers['User-Agent'] ?? '')
    if (token !== undefined && verified === undefined) {
      if (network !== 'home') {
        clauses.add(`(ip.src.asnum eq ${asn} and http.user_agent contains ${quoted(token)})`)
      }
      clauses.add(`http.user_agent contains ${quoted(token)}`)
    }
    // The customers of an access or hosting provider have nothing in common.
    if (network === 'own') clauses.add(`ip.src.asnum eq ${asn}`)
    for (const path of paths) {
      const [folder] = WELL_KNOWN.exec(path) ?? []
      if (folder !== undefined) {
        clauses.add(`starts_with(http.request.uri.path, ${quoted(folder)})`)
      }
    }
  }
  return [...clauses]
}
