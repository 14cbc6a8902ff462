import type { RequestBody } from './body.ts'
import { Gathered, lengthOf } from './body-bytes.ts'
import type { BodyLimits } from './body-limits.ts'

const afterMs = (ms: number) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<'over'>((resolve) => {
    timer = setTimeout(() => resolve('over'), ms)
  })
  return { over, stop: () => clearTimeout(timer) }
}

/** Whether there is a body that nobody has begun to read. */
export const hasUnreadStream = ({ body, bodyUsed }: Request): boolean =>
  body !== null && !bodyUsed && !body.locked

/** Looks at the beginning of a body on a copy of its request, which still gives all of it. */
export const peekFetch = async (
  request: Request,
  { limitBytes, timeoutMs }: BodyLimits
): Promise<RequestBody> => {
  const announced = lengthOf(request.headers.get('content-length'))
  const gathered = new Gathered()
  const { over, stop } = afterMs(timeoutMs)
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let isWhole = false
  try {
    reader = request.clone().body!.getReader() as ReadableStreamDefaultReader<Uint8Array>
    while (gathered.length <= limitBytes) {
      const result = await Promise.race([reader.read(), over])
      if (result === 'over') break
      if (result.done) {
        isWhole = true
        break
      }
      gathered.add(result.value)
    }
  } catch {
    // The visitor went away in the middle: what has come is judged.
  } finally {
    stop()
  }
  reader?.cancel().catch(() => {})
  return gathered.toBody(isWhole, limitBytes, announced)
}
