import { createRequire } from 'node:module'
import type pg from 'pg'
import { EdgeError } from '../../../error.ts'

export type Driver = typeof pg
export type Client = InstanceType<Driver['Client']> & {
  /** Lets the connection keep the process alive, or not. */
  ref(): void
  unref(): void
}

/** @throws EdgeError `store_failed` if the package is not installed */
export const loadDriver = (name: string): Driver => {
  try {
    return createRequire(import.meta.url)('pg')
  } catch (cause) {
    const message = `${name}: the package pg is not installed: npm install pg`
    throw new EdgeError('store_failed', message, { cause })
  }
}
