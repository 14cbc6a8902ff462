import type { ExplicitRequest } from './explicit.ts'

/** A value of an attribute, as JSON; `null` if it is absent. */
export type AttributeValue = string | number | boolean | null

/** A property of a request or its sender that can change alone. */
export interface Attribute {
  /** `country`, `asn`, `ip`, `user_agent`, `path`, `query`, `method`, `header:accept`, or a field of the Rules language. */
  readonly name: string
  /** Fields that change with it. */
  readonly fields: readonly string[]
  readonly value: AttributeValue
  /** True if no rule can tell two values apart that no rule names. */
  readonly isExact: boolean
  /** Values to try: those that the rules name, and others. */
  readonly candidates: readonly AttributeValue[]
  with(request: ExplicitRequest, value: AttributeValue): ExplicitRequest
}

export type Edit = (request: ExplicitRequest, value: AttributeValue) => ExplicitRequest
