import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { describe, expect, test } from 'vitest'
import { rawClient } from '../proxy/sockets.fixture.ts'
import { createListener } from './listen.ts'
import { selfSigned } from './self-signed.ts'

const MS_PER_DAY = 86_400_000

const nameIn = (certificate: X509Certificate, name: string) =>
  isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)

describe('selfSigned', () => {
  const { cert, key } = selfSigned(new Date('2026-03-04T05:06:07.890Z'))
  const certificate = new X509Certificate(cert)

  test('is signed by its own key', () => {
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true)
  })

  test.each(['localhost', '127.0.0.1', '::1'])('is for %s', (name) => {
    expect(nameIn(certificate, name)).toBe(name)
  })

  test.each(['example.com', '127.0.0.2'])('is not for %s', (name) => {
    expect(nameIn(certificate, name)).toBeUndefined()
  })

  test('is valid for the longest time that browsers accept', () => {
    expect(certificate.validFrom).toBe('Mar  3 05:06:07 2026 GMT')
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / MS_PER_DAY
    expect(days).toBe(397)
  })

  test('is not an authority, and is only for servers', () => {
    expect(certificate.ca).toBe(false)
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' })
  })

  test('is different each time, with a positive serial number', () => {
    const others = Array.from({ length: 20 }, () => new X509Certificate(selfSigned().cert))
    expect(new Set(others.map(({ serialNumber }) => serialNumber)).size).toBe(20)
    expect(new Set(others.map(({ fingerprint256 }) => fingerprint256)).size).toBe(20)
    for (const { serialNumber } of others) expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
  })

  test.each(['localhost', undefined])(
    'is accepted by a client that trusts it (%s)',
    async (servername) => {
      const own = selfSigned()
      const { port, close } = await createListener({
        handler: (_, response) => void response.end('hello'),
        tls: { cert: Buffer.from(own.cert), key: Buffer.from(own.key) },
      })
      const { send, until } = rawClient(port, { ca: own.cert, servername })
      send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      await until('hello')
      await close()
    }
  )

  test('is rejected by a client that trusts another one', async () => {
    const { port, close } = await createListener({
      handler: (_, response) => void response.end('hello'),
      tls: 'self-signed',
    })
    expect(await rawClient(port, { ca: selfSigned().cert }).closed).toBe('')
    await close()
  })
})
