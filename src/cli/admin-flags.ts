import { join } from 'node:path'
import type { AdminServeOptions } from '../server/edge-admin.ts'
import type { Arguments, Flag } from './command.ts'
import { usageError } from './command.ts'
import { DEFAULT_ADMIN_PORT } from './defaults.ts'

export const TOKEN_VARIABLE = 'EDGE1020_ADMIN_TOKEN'
const AUDIT_FILE = 'admin-audit.ndjson'

/** Who reaches the admin port of `serve`, and what they may do there. */
export const ADMIN_FLAGS: Record<string, Flag> = {
  'admin-port': {
    value: 'PORT',
    default: DEFAULT_ADMIN_PORT,
    help: 'events, metrics, health: the owner’s port; 0 takes any free one',
  },
  'admin-host': {
    value: 'HOST',
    default: '127.0.0.1',
    help: 'address of the owner’s port; beyond loopback it asks for a token',
  },
  'admin-token': {
    value: 'TOKEN',
    help: `what it asks for, 16 characters or more; better in ${TOKEN_VARIABLE}; default beyond loopback: a new one, shown once`,
  },
  'admin-name': {
    value: 'NAME',
    multiple: true,
    help: 'host name that it answers to, besides localhost and addresses',
  },
  'admin-tls': { help: 'HTTPS there too, with the certificate that --tls or --tls-cert names' },
  'admin-read-only': { help: 'refuse every change there' },
}

/** @throws EdgeError `wrong_usage` */
export const adminOptions = (
  args: Arguments,
  tls: AdminServeOptions['tls'],
  env: Readonly<Record<string, string | undefined>> = process.env
): AdminServeOptions => {
  if (args.on('admin-tls') && tls === undefined) {
    throw usageError('--admin-tls: expected --tls, or --tls-cert and --tls-key, with it')
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
