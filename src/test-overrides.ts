import type { Answer } from './answers/answer.ts'
import { byteLength } from './answers/template.ts'
import type { readOverrides } from './context.ts'
import { EdgeError } from './error.ts'
import type { Value } from './language/types.ts'
import type { RayId } from './ray.ts'
import type { Visitor } from './visitor/visitor.ts'

const BAD_OVERRIDE_STATUS = 400

export interface TestOverrides {
  /** Values that override all others, by the field's slot; `undefined` if none is set. */
  readonly fields: ReadonlyMap<number, Value> | undefined
  /** One sentence for each invalid header. */
  readonly problems: readonly string[]
}

/**
 * The fields that the `x-edge-…` headers of a test set, checked against the types of the fields.
 *
 * @param read assigns their slots; a parameter, because every edge loads the context but not this file
 */
export const testOverrides = (
  { overrideProblems, fieldOverrides }: Visitor,
  read: typeof readOverrides
): TestOverrides => {
  try {
    return {
      problems: overrideProblems,
      fields: fieldOverrides === undefined ? undefined : read(fieldOverrides),
    }
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    return { problems: [...overrideProblems, `x-edge-fields: ${error.message}`], fields: undefined }
  }
}

/** The 400 with the mistakes in a test's headers. If the edge ignored them, a wrong test would pass. */
export const badOverride = (problems: readonly string[], ray: RayId, method: string): Answer => {
  const body = problems.map((problem) => `${problem}\n`).join('')
  return {
    status: BAD_OVERRIDE_STATUS,
    headers: {
      'Content-Type': 'text/plain; charset=UTF-8',
      'Content-Length': String(byteLength(body)),
      'Cache-Control': 'no-store',
      'CF-RAY': ray.header,
      'x-edge1020': 'bad-override',
    },
    body: method === 'HEAD' ? '' : body,
  }
}
