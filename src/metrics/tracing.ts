import type { Edge } from '../edge.ts'
import type { Verdict } from '../verdict.ts'
import { factsOf, rememberFacts } from './facts.ts'

type Attributes = Record<string, string | number>

/** What is used of a `Span` of @opentelemetry/api. */
export interface TraceSpan {
  setAttributes(attributes: Attributes): unknown
  recordException(exception: Error): void
  setStatus(status: { code: number; message?: string }): unknown
  end(): void
}

/** What is used of a `Tracer` of @opentelemetry/api: the app brings it, edge1020 does not load it. */
export interface TraceSource {
  startSpan(name: string, options?: { attributes?: Attributes }): TraceSpan
}

const SPAN = 'edge1020.judge'
/** `SpanStatusCode.ERROR`. */
const ERROR = 2

/**
 * The rule that decided is named; nothing that the visitor sent is: addresses and paths are in the app's own spans where it wants
 * them there, and in the event.
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
 * The same edge, with one span a judged request: a child of the span that is active. A refusal's span ends when its events are
 * committed.
 *
 * Source: https://opentelemetry.io/docs/specs/otel/trace/api/
 *
 * @param tracer of the app's OpenTelemetry
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
  // Its getters go on reading the edge below.
  const same: Edge = Object.create(edge, {
    decide: { value: decide, enumerable: true },
    judge: { value: judge, enumerable: true },
  })
  rememberFacts(same, () => factsOf(edge))
  return same
}
