import { BODY_FIELDS } from '../request/body.ts'

/** True if one of these fields belongs to the body. */
export const readsBody = (fields: readonly string[]): boolean =>
  fields.some((field) => field.startsWith(BODY_FIELDS))
