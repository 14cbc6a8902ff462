import type { SchemaObject } from 'openapi3-ts/oas31'

export const text = (description?: string): SchemaObject =>
  description === undefined ? { type: 'string' } : { type: 'string', description }
export const integer = (description?: string): SchemaObject =>
  description === undefined ? { type: 'integer' } : { type: 'integer', description }
export const list = (items: SchemaObject): SchemaObject => ({ type: 'array', items })
export const ref = (name: string): SchemaObject => ({ $ref: `#/components/schemas/${name}` })

/** Returns the schema of an object with exactly these members. Those with `?` may be absent. */
export const object = (
  members: Readonly<Record<string, SchemaObject>>,
  isOpen = false
): SchemaObject => ({
  type: 'object',
  required: Object.keys(members).filter((name) => !name.endsWith('?')),
  properties: Object.fromEntries(
    Object.entries(members).map(([name, schema]) => [name.replace('?', ''), schema])
  ),
  ...(isOpen ? {} : { additionalProperties: false }),
})
