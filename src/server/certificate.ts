import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { EdgeError, messageOf } from '../error.ts'
import { watchFile } from '../visitor/node/watch-file.ts'
import { selfSigned } from './self-signed.ts'

/** A certificate chain and its key: paths of PEM files, or the PEM itself. */
export interface TlsFiles {
  cert: string | Buffer
  key: string | Buffer
}

export type TlsOption = TlsFiles | 'self-signed'

export interface Certificate {
  /** PEM */
  cert: string | Buffer
  /** PEM */
  key: string | Buffer
  /** A problem that does not prevent its use. */
  warning?: EdgeError
}

const PEM = {
  certificate: /-----BEGIN CERTIFICATE-----/,
  key: /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
}

type Kind = keyof typeof PEM

/** PEM text is never treated as a path: an error message would show the key. */
const isPath = (from: string | Buffer): from is string =>
  typeof from === 'string' && !from.includes('-----BEGIN ')

/** The beginning of a problem's message: the file, if there is one. */
const label = (kind: Kind, from: string | Buffer): string =>
  `TLS ${kind}${isPath(from) ? ` ${from}` : ''}`

const invalid = (kind: Kind, from: string | Buffer, reason: string, cause?: unknown): EdgeError =>
  new EdgeError('invalid_tls', `${label(kind, from)}: ${reason}`, { cause })

const read = (kind: Kind, from: string | Buffer): Buffer => {
  let pem: Buffer
  try {
    pem = isPath(from) ? readFileSync(from) : Buffer.from(from)
  } catch (cause) {
    throw invalid(kind, from, `it cannot be read (${messageOf(cause)})`, cause)
  }
  if (!PEM[kind].test(pem.toString('latin1'))) {
    throw invalid(
      kind,
      from,
      `expected PEM with a line "-----BEGIN ${kind === 'key' ? 'PRIVATE KEY' : 'CERTIFICATE'}-----"`
    )
  }
  return pem
}

const parsedCertificate = (pem: Buffer, from: string | Buffer): X509Certificate => {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw invalid('certificate', from, `expected an X.509 certificate (${messageOf(cause)})`, cause)
  }
}

const parsedKey = (pem: Buffer, from: string | Buffer): KeyObject => {
  if (/ENCRYPTED/.test(pem.toString('latin1'))) {
    throw invalid('key', from, 'expected a key without a passphrase (openssl pkey removes it)')
  }
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    throw invalid('key', from, `expected a private key (${messageOf(cause)})`, cause)
  }
}

const dateWarning = (
  { validFrom, validTo }: X509Certificate,
  from: string | Buffer
): EdgeError | undefined => {
  const warn = (what: string) =>
    new EdgeError('certificate_out_of_date', `${label('certificate', from)}: ${what}`)
  if (Date.parse(validTo) < Date.now()) return warn(`it expired on ${validTo}`)
  if (Date.parse(validFrom) > Date.now()) return warn(`it is not valid before ${validFrom}`)
  return undefined
}

/**
 * Reads and checks a certificate chain and its key, or generates both.
 *
 * @throws EdgeError `invalid_tls` naming the file and its problem
 * @example loadCertificate({ cert: 'site.pem', key: 'site.key' })
 */
export const loadCertificate = (tls: TlsOption): Certificate => {
  if (tls === 'self-signed') return selfSigned()
  const cert = read('certificate', tls.cert)
  const key = read('key', tls.key)
  const certificate = parsedCertificate(cert, tls.cert)
  if (!certificate.checkPrivateKey(parsedKey(key, tls.key))) {
    throw invalid(
      'key',
      tls.key,
      `it does not match the ${label('certificate', tls.cert)} (the first certificate there must be the site's own)`
    )
  }
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    throw invalid('certificate', tls.cert, `OpenSSL rejects it (${messageOf(cause)})`, cause)
  }
  return { cert, key, warning: dateWarning(certificate, tls.cert) }
}

/**
 * Reads the files again when one of them changes, as after a renewal. For a bad pair it calls `onError` and keeps the old
 * pair.
 *
 * @returns stops the watch
 */
export const watchCertificate = (
  tls: TlsOption,
  {
    onLoad,
    onError,
    intervalMs,
  }: {
    onLoad: (certificate: Certificate) => void
    onError: (error: unknown) => void
    intervalMs?: number
  }
): (() => void) => {
  if (tls === 'self-signed') return () => {}
  const reload = () => {
    try {
      onLoad(loadCertificate(tls))
    } catch (error) {
      onError(error)
    }
  }
  const paths = new Set([tls.cert, tls.key].filter(isPath))
  const stops = [...paths].map((path) => watchFile(path, reload, { intervalMs }))
  return () => {
    for (const stop of stops) stop()
  }
}
