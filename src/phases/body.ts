import { BODY_FIELDS } from '../request/body.ts'

/** True where one of these fields is of the body. */
export const readsBody = (fields: readonly string[]): boolean =>
  fields.some((field) => field.startsWith(BODY_FIELDS))
