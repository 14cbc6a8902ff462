import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { RequestBody, VisitorGone } from './request-body.ts'
import type { VisitorRequest } from './visitor.ts'

const body = (isAborted: boolean) => {
  const request = Object.assign(new PassThrough(), { aborted: isAborted })
  return { request, sent: new RequestBody(request as unknown as VisitorRequest) }
}

const outcome = async (sent: RequestBody): Promise<string> => {
  let text = ''
  try {
    for await (const chunk of sent) text += chunk
    return text
  } catch (error) {
    return error instanceof VisitorGone ? 'gone' : String(error)
  }
}

describe('RequestBody', () => {
  test('is what the visitor sends', async () => {
    const { request, sent } = body(false)
    request.end('hello')
    expect(await outcome(sent)).toBe('hello')
  })

  test('is broken off where the visitor has left, though it ends like a whole one', async () => {
    const { request, sent } = body(true)
    request.end('half')
    expect(await outcome(sent)).toBe('gone')
  })
})
