import type { PlainResponse } from '../client/response.ts'

const STATUS_LINE = /^HTTP\/\d(?:\.\d)? (\d{3})(?: [^\r\n]*)?\r?\n/
const HEADER = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*([^\r\n]*?)[ \t]*$/
const END_OF_HEAD = /\r?\n\r?\n/

/**
 * Reads a saved response: its body, or head and body as `curl -i` prints them. Of several heads (redirects, `100 Continue`,
 * a proxy's), the last one counts.
 *
 * @example readSaved('HTTP/2 403 \r\nserver: cloudflare\r\n\r\nerror code: 1020\n').status // 403
 */
export const readSaved = (text: string): PlainResponse => {
  let rest = text
  let response: PlainResponse = { body: text }
  for (let status = STATUS_LINE.exec(rest); status !== null; status = STATUS_LINE.exec(rest)) {
    const end = END_OF_HEAD.exec(rest)
    const head = rest.slice(status[0].length, end?.index ?? rest.length)
    rest = end === null ? '' : rest.slice(end.index + end[0].length)
    const headers = Object.fromEntries(
      head.split(/\r?\n/).flatMap((line) => {
        const [, name, value] = HEADER.exec(line) ?? []
        return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value]]
      })
    )
    response = { status: Number(status[1]), headers, body: rest }
  }
  return response
}
