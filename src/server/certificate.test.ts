import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { certificate, key } from '../proxy/tls.fixture.ts'
import { loadCertificate, watchCertificate } from './certificate.ts'
import { createListener } from './listen.ts'
import { selfSigned } from './self-signed.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const locked = other.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'x',
})
const long = (days: number) => new Date(Date.now() + days * 86_400_000)

describe('loadCertificate', () => {
  const cert = file('site.pem', certificate)
  const keyFile = file('site.key', key)

  test('reads files, and accepts PEM', () => {
    expect(loadCertificate({ cert, key: keyFile })).toMatchObject({
      cert: Buffer.from(certificate),
      key: Buffer.from(key),
      warning: undefined,
    })
    const both = Buffer.from(certificate + key)
    expect(loadCertificate({ cert: both, key: both })).toMatchObject({ cert: both })
    expect(loadCertificate({ cert: certificate, key })).toMatchObject({ key: Buffer.from(key) })
  })

  test('an error message never contains a key that is given as text', () => {
    const message = expect.stringMatching(/^TLS key: expected a private key/)
    const broken = key.replace('MIGH', 'MIGX')
    expect(() => loadCertificate({ cert, key: broken })).toThrow(
      expect.objectContaining({ message })
    )
  })

  test('generates a certificate', () => {
    expect(new X509Certificate(loadCertificate('self-signed').cert).checkHost('localhost')).toBe(
      'localhost'
    )
  })

  const garbled = certificate.replace(/\n[A-Za-z0-9+/]{20}/, '\n')
  test.each([
    [
      'a file that is not there',
      { cert: join(folder, 'none.pem') },
      /certificate .*none\.pem: .*ENOENT/,
    ],
    ['a directory', { cert: folder }, /certificate .*: it cannot be read \(EISDIR/],
    ['a key for a certificate', { cert: keyFile }, /site\.key: expected PEM .*BEGIN CERTIFICATE/],
    ['a certificate for a key', { key: cert }, /key .*site\.pem: expected PEM .*PRIVATE KEY/],
    ['an empty file', { cert: file('empty', '') }, /certificate .*empty: expected PEM/],
    ['no PEM', { key: Buffer.of(0x30, 0x82, 1, 2) }, /^TLS key: expected PEM/],
    ['a garbled certificate', { cert: file('bad.pem', garbled) }, /bad\.pem: expected an X\.509/],
    [
      'a garbled key',
      { key: file('bad.key', key.replace('MIGH', 'MIGX')) },
      /bad\.key: expected a private/,
    ],
    [
      'a key with a passphrase',
      { key: file('locked.key', String(locked)) },
      /locked\.key: .*passphrase/,
    ],
    [
      'another certificate’s key',
      { key: file('other.key', String(other.export({ type: 'pkcs8', format: 'pem' }))) },
      /other\.key: it does not match the TLS certificate .*site\.pem/,
    ],
  ])('%s: invalid_tls with the name', (_, change, message) => {
    expect(() => loadCertificate({ cert, key: keyFile, ...change })).toThrow(
      expect.objectContaining({
        name: 'EdgeError',
        code: 'invalid_tls',
        message: expect.stringMatching(message),
      })
    )
  })

  test.each([
    ['expired', long(-400), /old\.pem: it expired on /],
    ['not valid yet', long(30), /old\.pem: it is not valid before /],
    ['valid', new Date(), undefined],
  ])('of one that is %s', (_, made, message) => {
    const pair = selfSigned(made)
    const { warning } = loadCertificate({
      cert: file('old.pem', pair.cert),
      key: Buffer.from(pair.key),
    })
    if (message === undefined) expect(warning).toBeUndefined()
    else {
      expect(warning).toMatchObject({
        code: 'certificate_out_of_date',
        message: expect.stringMatching(message),
      })
    }
  })
})

describe('a renewed certificate', () => {
  const print = (pem: string | Buffer) => new X509Certificate(pem).fingerprint256

  test('is loaded when both files exist; a bad pair is reported', async () => {
    const cert = file('renewed.pem', certificate)
    const keyFile = file('renewed.key', key)
    const after = selfSigned()
    const loaded: string[] = []
    const onError = vi.fn()
    const onLoad = vi.fn((one: { cert: string | Buffer }) => void loaded.push(print(one.cert)))
    onTestFinished(watchCertificate({ cert, key: keyFile }, { onLoad, onError, intervalMs: 5 }))
    file('renewed.pem', after.cert)
    await expect.poll(() => onError.mock.calls.length).toBe(1)
    expect(onError.mock.calls[0]![0]).toMatchObject({ code: 'invalid_tls' })
    expect(loaded).toEqual([])
    file('renewed.key', after.key)
    await expect.poll(() => loaded).toEqual([print(after.cert)])
  })

  test.each(['self-signed', { cert: Buffer.from(certificate), key: Buffer.from(key) }] as const)(
    'cannot be watched without files',
    (tls) => {
      const timers = vi.spyOn(globalThis, 'setTimeout')
      watchCertificate(tls, { onLoad: vi.fn(), onError: vi.fn() })
      expect(timers).not.toHaveBeenCalled()
      timers.mockRestore()
    }
  )

  test('is used for new connections of a listener', async () => {
    const pem = () => {
      const made = selfSigned()
      return made.cert + made.key
    }
    const [before, after] = [pem(), pem()]
    const path = file('live.pem', before)
    const { port, close } = await createListener({
      handler: (_, response) => void response.end(),
      tls: { cert: path, key: path },
    })
    onTestFinished(close)
    const shown = () =>
      new Promise<string>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
          resolve(socket.getPeerX509Certificate()!.fingerprint256)
          socket.destroy()
        })
      })
    expect(await shown()).toBe(print(before))
    file('live.pem', after)
    await expect.poll(shown, { timeout: 10_000 }).toBe(print(after))
  })
})
