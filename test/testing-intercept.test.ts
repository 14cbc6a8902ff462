// edge1020/testing: requests to other hosts that the edge takes.
import { get as httpGet } from 'node:http'
import { get as httpsGet } from 'node:https'
import { request as undiciRequest } from 'undici'
import { describe, expect, test } from 'vitest'
import { failureOf, open } from './testing-edges.ts'

describe('interception', () => {
  const viaHttp = (get: typeof httpGet) => (url: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      get(url, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part) => {
          text += part
        })
        response.on('end', () => resolve({ status: response.statusCode!, text }))
      }).on('error', reject)
    })
  const viaFetch = async (url: string) => {
    const response = await fetch(url)
    return { status: response.status, text: await response.text() }
  }
  const viaUndici = async (url: string) => {
    const { statusCode, body } = await undiciRequest(url)
    return { status: statusCode, text: await body.text() }
  }

  test.each([
    ['fetch', viaFetch, 'http'],
    ['fetch', viaFetch, 'https'],
    ['undici', viaUndici, 'http'],
    ['undici', viaUndici, 'https'],
    ['node:http', viaHttp(httpGet), 'http'],
    ['node:https', viaHttp(httpsGet as typeof httpGet), 'https'],
  ])('%s of %3$s', async (_, ask, scheme) => {
    const edge = await open()
    edge.intercept('shop.example', '*.shop.example')
    edge.blockNext({ when: { host: 'www.shop.example' } })
    expect(await ask(`${scheme}://shop.example/a`)).toMatchObject({ status: 200 })
    expect(await ask(`${scheme}://www.shop.example/b`)).toMatchObject({ status: 403 })
    expect(edge.requests().map(({ url }) => url)).toEqual([
      `${scheme}://shop.example/a`,
      `${scheme}://www.shop.example/b`,
    ])
    edge.dropNext()
    expect(await failureOf(() => ask(`${scheme}://shop.example/`))).toBeInstanceOf(Error)
  })

  test('leaves other hosts alone, and ends', async () => {
    const other = await open({ origin: () => new Response('the other') })
    const edge = await open({ origin: () => new Response('mine') })
    const { port } = new URL(other.url)
    const textOf = async (url: string) => (await fetch(url)).text()
    const interception = edge.intercept(`127.0.0.1:${Number(port) + 1}`, 'shop.example')
    expect(await textOf(other.url)).toBe('the other')
    expect(await textOf('http://shop.example/')).toBe('mine')
    expect(await textOf(`http://127.0.0.1:${Number(port) + 1}/`)).toBe('mine')
    // The newer one goes first; the older one is there again when it ends.
    const newer = other.intercept('https://shop.example')
    expect(await textOf('http://shop.example/')).toBe('the other')
    newer.stop()
    expect(await textOf('http://shop.example/')).toBe('mine')
    interception.stop()
    interception.stop()
    await expect(
      fetch('http://shop.example/', { signal: AbortSignal.timeout(10_000) })
    ).rejects.toThrow()
    expect(await textOf(other.url)).toBe('the other')
  })

  test('the end of an edge is the end of its interceptions', async () => {
    const { createConnection } = (await import('node:http')).Agent.prototype as never
    const edge = await open()
    edge.intercept('shop.example')
    expect(
      ((await import('node:http')).Agent.prototype as never as { createConnection: unknown })
        .createConnection
    ).not.toBe(createConnection)
    await edge.close()
    expect(
      ((await import('node:http')).Agent.prototype as never as { createConnection: unknown })
        .createConnection
    ).toBe(createConnection)
  })
})
