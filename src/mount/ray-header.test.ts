import { describe, expect, test } from 'vitest'
import type { NodeResponse } from './ray-header.ts'
import { announceRay } from './ray-header.ts'

const RAY = '0123456789abcdef-LHR'

/** A response of Node's kind: `writeHead` is its class's, and it knows its request. */
class Response {
  readonly written: unknown[][] = []
  readonly set: unknown[][] = []
  constructor(readonly req: object | undefined) {}
  setHeader(...given: unknown[]) {
    this.set.push(given)
    return this
  }
  writeHead(...given: unknown[]) {
    this.written.push(given)
    return this
  }
}

const newRequest = (): object => ({})

const announced = () => {
  const request = newRequest()
  const response = new Response(request)
  announceRay(RAY, request, response as unknown as NodeResponse)
  return { request, response }
}

describe('the head of a response on HTTP/1', () => {
  const GIVEN = Object.freeze({ 'X-App': '1' })

  test.each<[string, unknown[], unknown[]]>([
    ['a status alone', [201], [201, { 'CF-RAY': RAY }]],
    ['headers', [201, GIVEN], [201, { 'X-App': '1', 'CF-RAY': RAY }]],
    ['a reason', [201, 'Made'], [201, 'Made', { 'CF-RAY': RAY }]],
    ['a reason and headers', [201, 'Made', GIVEN], [201, 'Made', { 'X-App': '1', 'CF-RAY': RAY }]],
    ['an empty reason', [201, '', GIVEN], [201, '', { 'X-App': '1', 'CF-RAY': RAY }]],
    ['no reason, then headers', [201, undefined, GIVEN], [201, { 'X-App': '1', 'CF-RAY': RAY }]],
    ['a flat list', [201, ['X-App', '1']], [201, ['X-App', '1', 'CF-RAY', RAY]]],
    [
      'pairs',
      [201, [['X-App', '1']]],
      [
        201,
        [
          ['X-App', '1'],
          ['CF-RAY', RAY],
        ],
      ],
    ],
    ['an empty list', [201, []], [201, ['CF-RAY', RAY]]],
    ['a reason and a list', [201, 'Made', ['A', '1']], [201, 'Made', ['A', '1', 'CF-RAY', RAY]]],
    [
      'a Ray ID of the app',
      [201, { 'cf-ray': 'mine', 'Cf-Ray': 'mine' }],
      [201, { 'CF-RAY': RAY }],
    ],
    ['names as long', [201, { 'X-RAYS': '1' }], [201, { 'X-RAYS': '1', 'CF-RAY': RAY }]],
  ])('written with %s', (_, given, written) => {
    const { response } = announced()
    expect(response.writeHead(...given)).toBe(response)
    expect(response.written).toEqual([written])
    expect(response.set).toEqual([])
  })

  test('is left alone on another request’s response that took the function over', () => {
    const { response } = announced()
    const other = new Response(newRequest())
    other.writeHead = response.writeHead
    expect(other.writeHead(200, 'OK', GIVEN)).toBe(other)
    expect(other.written).toEqual([[200, 'OK', GIVEN]])
    const without = new Response(undefined)
    without.writeHead = response.writeHead
    without.writeHead(204)
    expect(without.written).toEqual([[204, undefined, undefined]])
  })
})

describe('the header is set beforehand', () => {
  const SET = [['CF-RAY', RAY]]

  test('where the response does not know its request, as on HTTP/2', () => {
    const response = new Response(undefined)
    announceRay(RAY, newRequest(), response as unknown as NodeResponse)
    expect(response.set).toEqual(SET)
    expect(Object.hasOwn(response, 'writeHead')).toBe(false)
  })

  test('where somebody else has put something in the place of writeHead, which stays', () => {
    const request = newRequest()
    const response = new Response(request)
    const own = () => response
    response.writeHead = own
    announceRay(RAY, request, response as unknown as NodeResponse)
    expect(response.set).toEqual(SET)
    expect(response.writeHead).toBe(own)
  })
})
