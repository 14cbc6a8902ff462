import type { Edge } from '../edge.ts'
import type { Verdict } from '../verdict.ts'
import { factsOf, rememberFacts } from './facts.ts'

type Attributes = Record<string, string | number>

/** The used part of a `Span` of @opentelemetry/api. */
export interface TraceSpan {
  setAttributes(attributes: Attributes): unknown
  recordException(exception: Error): void
  setStatus(status: { code: number; message?: string }): unknown
  end(): void
}

/** The used part of a `Tracer` of @opentelemetry/api. The app passes it in; edge1020 does not load the package. */
export interface TraceSource {
  startSpan(name: string, options?: { attributes?: Attributes }): TraceSpan
}

const SPAN = 'edge1020.judge'
/** `SpanStatusCode.ERROR`. */
const ERROR = 2

/**
 * The attributes name the deciding rule but contain no data from the visitor. The event has address and path, and the app can add
 * them to its own spans.
 */
const attributesOf = ({ action, ray, matches, answer }: Verdict): Attributes => {
  const deciding = matches.at(-1)
  return {
    'edge1020.action': action,
    'edge1020.ray': ray,
    ...(deciding === undefined
      ? {}
      : { 'edge1020.rule': deciding.rule.id, 'edge1020.phase': deciding.phase.name }),
    ...(answer === undefined ? {} : { 'http.response.status_code': answer.status }),
  }
}

/**
 * Returns the same edge with one span per judged request, as a child of the active span. The span of a refusal ends after the commit
 * of its events.
 *
 * Source: https://opentelemetry.io/docs/specs/otel/trace/api/
 *
 * @param tracer the app's OpenTelemetry tracer
 * @example
 * import { trace } from '@opentelemetry/api'
 * const edge = traced(createEdge({ rules: 'rules/site.yaml' }), trace.getTracer('edge1020'))
 */
export const traced = (edge: Edge, tracer: TraceSource): Edge => {
  const end = (span: TraceSpan, verdict: Verdict): Verdict => {
    span.setAttributes(attributesOf(verdict))
    span.end()
    return verdict
  }
  const fail = (span: TraceSpan, error: unknown): never => {
    if (error instanceof Error) span.recordException(error)
    span.setStatus({ code: ERROR })
    span.end()
    throw error
  }
  const decide: Edge['decide'] = (request, connection) => {
    const span = tracer.startSpan(SPAN)
    try {
      const verdict = edge.decide(request, connection)
      return verdict instanceof Promise
        ? verdict.then(
            (settled) => end(span, settled),
            (error: unknown) => fail(span, error)
          )
        : end(span, verdict)
    } catch (error) {
      return fail(span, error)
    }
  }
  const judge: Edge['judge'] = async (request, connection) => decide(request, connection)
  // Its getters still read the original edge.
  const same: Edge = Object.create(edge, {
    decide: { value: decide, enumerable: true },
    judge: { value: judge, enumerable: true },
  })
  rememberFacts(same, () => factsOf(edge))
  return same
}
