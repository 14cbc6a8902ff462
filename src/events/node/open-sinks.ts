import { EdgeError } from '../../error.ts'
import { nearest } from '../../nearest.ts'
import type { EventSink } from '../sink.ts'
import { httpSink } from './http-sink.ts'
import { type NdjsonSinkOptions, ndjsonSink } from './ndjson-sink.ts'

/** The name of a sink: a file of JSON lines, or a collector. */
export type SinkName = `ndjson:${string}` | `http://${string}` | `https://${string}`

const NDJSON = 'ndjson:'
const EXPECTED = 'ndjson:FILE, http://… or https://…'

/**
 * Opens the sinks of a command line or an option.
 *
 * @throws EdgeError `invalid_sink`
 */
export const openSinks = (
  specs: readonly (string | EventSink)[],
  options: NdjsonSinkOptions
): EventSink[] =>
  specs.map((spec) => {
    if (typeof spec === 'object' && typeof spec?.write === 'function') return spec
    if (typeof spec !== 'string') {
      throw new EdgeError(
        'invalid_sink',
        `sink ${String(spec)}: expected ${EXPECTED}, or an object with write()`
      )
    }
    if (spec.startsWith(NDJSON)) return ndjsonSink(spec.slice(NDJSON.length), options)
    if (/^https?:\/\//i.test(spec)) return httpSink(spec, options)
    const [scheme = ''] = spec.split(':', 1)
    const near = nearest(scheme, ['ndjson', 'http', 'https'])
    const hint =
      near === undefined
        ? `expected ${EXPECTED}`
        : `did you mean ${near === 'ndjson' ? 'ndjson:FILE' : `${near}://…`}?`
    const shown = spec.replace(/\/\/.*@/s, '//***@').replace(/\?.*$/s, '')
    throw new EdgeError('invalid_sink', `sink "${shown}": ${hint}`)
  })
