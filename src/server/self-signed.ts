import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import {
  bitString,
  integer,
  objectId,
  octetString,
  part,
  sequence,
  set,
  utcTime,
  utf8,
  yes,
} from './der.ts'

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'))
const COMMON_NAME = '2.5.4.3'
const SUBJECT_KEY_ID = '2.5.29.14'
const KEY_USAGE = '2.5.29.15'
const SUBJECT_ALT_NAME = '2.5.29.17'
const BASIC_CONSTRAINTS = '2.5.29.19'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

const NAME = 'edge1020 self-signed'
const DNS_NAMES = ['localhost']
const ADDRESSES = [
  [127, 0, 0, 1],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
]
// Numbers for the kinds of names in RFC 5280 §4.2.1.6.
const DNS_NAME = 2
const IP_ADDRESS = 7

const VERSION_3 = 2
const SERIAL_BYTES = 16
const DIGITAL_SIGNATURE = { bits: 0x80, unused: 7 }
const MS_PER_DAY = 86_400_000
/** For clients with a slow clock. */
const DAYS_BEFORE = 1
/** Browsers refuse a certificate that is valid for more than 398 days. */
const DAYS_AFTER = 396

export interface KeyAndCertificate {
  /** PEM */
  key: string
  /** PEM */
  cert: string
}

const extension = (id: string, isCritical: boolean, value: Uint8Array): Buffer =>
  sequence(objectId(id), ...(isCritical ? [yes()] : []), octetString(value))

const pem = (label: string, der: Buffer): string => {
  const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}

/** Positive and without leading zeros, as DER requires. */
const serialNumber = (): Buffer => {
  const bytes = randomBytes(SERIAL_BYTES)
  bytes[0] = 0x40 | (bytes[0]! & 0x3f)
  return bytes
}

/**
 * A certificate for `localhost`, 127.0.0.1 and ::1 with a new key, for trials. Nothing is written to disk, so both vanish
 * with the process. It is not an authority: trust in it extends to no other certificate.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 * @example const { cert, key } = selfSigned()
 */
export const selfSigned = (now = new Date()): KeyAndCertificate => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicInfo = publicKey.export({ type: 'spki', format: 'der' })
  const name = sequence(set(sequence(objectId(COMMON_NAME), utf8(NAME))))
  const day = (days: number) => utcTime(new Date(now.getTime() + days * MS_PER_DAY))
  const alternatives = [
    ...DNS_NAMES.map((host) => part(DNS_NAME, Buffer.from(host), false)),
    ...ADDRESSES.map((address) => part(IP_ADDRESS, Buffer.from(address), false)),
  ]
  const { bits, unused } = DIGITAL_SIGNATURE
  const extensions = [
    extension(BASIC_CONSTRAINTS, true, sequence()),
    extension(KEY_USAGE, true, bitString(Buffer.of(bits), unused)),
    extension(EXTENDED_KEY_USAGE, false, sequence(objectId(SERVER_AUTH))),
    extension(SUBJECT_ALT_NAME, false, sequence(...alternatives)),
    extension(SUBJECT_KEY_ID, false, octetString(createHash('sha1').update(publicInfo).digest())),
  ]
  const toBeSigned = sequence(
    part(0, integer(Buffer.of(VERSION_3)), true),
    integer(serialNumber()),
    ECDSA_WITH_SHA256,
    name,
    sequence(day(-DAYS_BEFORE), day(DAYS_AFTER)),
    name,
    publicInfo,
    part(3, sequence(...extensions), true)
  )
  const certificate = sequence(
    toBeSigned,
    ECDSA_WITH_SHA256,
    bitString(sign('sha256', toBeSigned, privateKey))
  )
  return {
    cert: pem('CERTIFICATE', certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}
