/** The default admin port of `serve`. `events` looks for a running edge at this port. */
export const DEFAULT_ADMIN_PORT = '8021'
export const DEFAULT_ADMIN = `http://127.0.0.1:${DEFAULT_ADMIN_PORT}`

export { DATA_DIRECTORY as DEFAULT_DATA } from '../directory.ts'
