import { expect, test, vi } from 'vitest'
import { requestWith } from '../edge.fixture.ts'
import { readRequest } from '../request/request.ts'
import { reservedPath } from './paths.ts'

const asked = (url: string) => reservedPath(readRequest(requestWith(url), false, 0))

test.each(['/cdn-cgi/error/1020', '/cdn-cgi/error/', '/cdn-cgi/error/x?y', '//cdn-cgi/error/1020'])(
  '%s is the preview of errors',
  (url) => {
    expect(asked(url)).toMatchObject({ prefix: '/cdn-cgi/error/', action: 'preview' })
  }
)

test.each([
  '/',
  '/cdn-cgi/',
  '/cdn-cgi/error',
  '/cdn-cgi/errors/1020',
  '/cdn-cgi/trace',
  '/a/cdn-cgi/error/1020',
  '/a?b=/cdn-cgi/error/1020',
  '/cdn-cgi/error/../x',
])('%s is none', (url) => expect(asked(url)).toBeUndefined())

test('the path of any other request is not normalised for this', () => {
  const path = vi.fn(() => '/')
  const request = (url: string) => ({
    url,
    get path() {
      return path()
    },
  })
  expect(reservedPath(request('/shop'))).toBeUndefined()
  expect(path).not.toHaveBeenCalled()
  expect(reservedPath(request('/cdn-cgi/'))).toBeUndefined()
  expect(path).toHaveBeenCalledOnce()
})
