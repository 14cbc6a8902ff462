import { EdgeError } from '../../error.ts'
import { nearest } from '../../nearest.ts'
import { alb } from './alb.ts'
import { caddy } from './caddy.ts'
import { cloudflareEvents } from './cloudflare-events.ts'
import { cloudflareHttp } from './cloudflare-http.ts'
import { cloudfront } from './cloudfront.ts'
import { combined } from './combined.ts'
import { common } from './common.ts'
import type { LogFormat } from './format.ts'
import { har } from './har.ts'
import { nginxJson } from './nginx-json.ts'
import { nginxMain } from './nginx-main.ts'
import { traefik } from './traefik.ts'
import { vhostCombined } from './vhost-combined.ts'

/** All formats in the order in which `recognise` tries them: stricter ones first. */
export const LOG_FORMATS: readonly LogFormat[] = [
  har,
  cloudflareEvents,
  cloudflareHttp,
  cloudfront,
  caddy,
  traefik,
  nginxJson,
  alb,
  vhostCombined,
  nginxMain,
  combined,
  common,
]

export const FORMAT_NAMES: readonly string[] = LOG_FORMATS.map(({ name }) => name)

const SHOWN_CHARS = 120
/** Text of a log is untrusted. Control characters must not reach a terminal. */
const UNPRINTABLE = /[^\x20-\x7e]/g

const expectedFormats = () => `expected one of ${FORMAT_NAMES.join(', ')}`

/** Returns the format with a name. Throws EdgeError `log_format` if there is none. */
export const formatNamed = (name: string): LogFormat => {
  const found = LOG_FORMATS.find((format) => format.name === name)
  if (found !== undefined) return found
  const near = nearest(name, FORMAT_NAMES)
  const hint = near === undefined ? expectedFormats() : `did you mean ${near}?`
  throw new EdgeError('log_format', `unknown log format "${name}": ${hint}`)
}

/** Returns the format of a log that is one document, from its first lines. Returns `undefined` for logs of lines. */
export const documentFormat = (lines: readonly string[]): LogFormat | undefined =>
  LOG_FORMATS.find((format) => format.entries !== undefined && format.fits(lines))

/**
 * Returns the format of a log, from its first lines.
 *
 * @param lines binary strings without line breaks
 * @throws EdgeError `log_format` if no format fits
 */
export const recognise = (log: string, lines: readonly string[]): LogFormat => {
  const found = LOG_FORMATS.find((format) => format.fits(lines))
  if (found !== undefined) return found
  const [first = ''] = lines.filter((line) => line.trim() !== '')
  const start = first.slice(0, SHOWN_CHARS).replace(UNPRINTABLE, '.')
  const shown = first.length > SHOWN_CHARS ? `${start}…` : start
  throw new EdgeError(
    'log_format',
    `${log}: unknown format, it begins with "${shown}": ${expectedFormats()}, or a pattern of nginx or Apache with --format`
  )
}
