import { join } from 'node:path'
import type { AdminServeOptions } from '../server/edge-admin.ts'
import type { Arguments, Flag } from './command.ts'
import { usageError } from './command.ts'
import { DEFAULT_ADMIN_PORT } from './defaults.ts'

export const TOKEN_VARIABLE = 'EDGE1020_ADMIN_TOKEN'
const AUDIT_FILE = 'admin-audit.ndjson'

/** The flags of `serve` for the address, the token and the rights of the admin port. */
export const ADMIN_FLAGS: Record<string, Flag> = {
  'admin-port': {
    value: 'PORT',
    default: DEFAULT_ADMIN_PORT,
    help: 'admin port for events, metrics and health; 0 takes any free port',
  },
  'admin-host': {
    value: 'HOST',
    default: '127.0.0.1',
    help: 'address of the admin port; beyond loopback the port requires a token',
  },
  'admin-token': {
    value: 'TOKEN',
    help: `token of the admin port, 16 characters or more; the variable ${TOKEN_VARIABLE} is safer; default beyond loopback: a new token, printed once`,
  },
  'admin-name': {
    value: 'NAME',
    multiple: true,
    help: 'host name of the admin port, besides localhost and IP addresses',
  },
  'admin-tls': {
    help: 'use HTTPS on the admin port too, with the certificate of --tls or --tls-cert',
  },
  'admin-read-only': { help: 'refuse every change on the admin port' },
}

/** Reads the options of the admin port. @throws EdgeError `wrong_usage` for a combination of flags that is invalid */
export const adminOptions = (
  args: Arguments,
  tls: AdminServeOptions['tls'],
  env: Readonly<Record<string, string | undefined>> = process.env
): AdminServeOptions => {
  if (args.on('admin-tls') && tls === undefined) {
    throw usageError('--admin-tls needs --tls, or --tls-cert and --tls-key')
  }
  const data = args.text('data')
  return {
    host: args.text('admin-host'),
    token: args.text('admin-token') ?? (env[TOKEN_VARIABLE] || undefined),
    names: args.texts('admin-name'),
    readOnly: args.on('admin-read-only'),
    tls: args.on('admin-tls') ? tls : undefined,
    auditFile: data === undefined ? undefined : join(data, AUDIT_FILE),
  }
}
