import { expect, test } from 'vitest'
import { BlockedError, throwOnBlock } from './fetch.ts'

const answering = (body: string, status: number) =>
  throwOnBlock(async () => new Response(body, { status, headers: { Server: 'cloudflare' } }))

test('a blocked request throws what was found out, with the response', async () => {
  const error = await answering('error code: 1020\n', 403)('https://shop.test/').catch((e) => e)
  expect(error).toBeInstanceOf(BlockedError)
  expect(error).toMatchObject({ name: 'BlockedError', block: { code: 1020, cause: 'rule' } })
  expect(error.message).toContain('block 1020')
  expect(await error.response.text()).toBe('error code: 1020\n')
})

test.each([
  ['ok', 200],
  ['Forbidden', 403],
])('%j with %i comes through', async (body, status) => {
  const response = await answering(body, status)('https://shop.test/')
  expect(response.status).toBe(status)
  expect(await response.text()).toBe(body)
})

test('a failing fetch fails as before', async () => {
  const failing = throwOnBlock(async () => {
    throw new TypeError('fetch failed')
  })
  await expect(failing('https://shop.test/')).rejects.toThrow('fetch failed')
})
