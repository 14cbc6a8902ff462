import type { ExplicitRequest } from './explicit.ts'

/** A value of an attribute, as JSON; `null` where it is absent. */
export type AttributeValue = string | number | boolean | null

/** Something of a request or of its sender that can be another while all else stays. */
export interface Attribute {
  /** `country`, `asn`, `ip`, `user_agent`, `path`, `query`, `method`, `header:accept`, or a field of the Rules language. */
  readonly name: string
  /** Fields that change with it. */
  readonly fields: readonly string[]
  readonly value: AttributeValue
  /** Of two values that no rule names, none can tell one from the other. */
  readonly isExact: boolean
  /** Values worth trying: those that the rules name, and others. */
  readonly candidates: readonly AttributeValue[]
  with(request: ExplicitRequest, value: AttributeValue): ExplicitRequest
}

export type Edit = (request: ExplicitRequest, value: AttributeValue) => ExplicitRequest
