import type { TestControl } from '../control/control.ts'
import type { SeenRequest } from '../control/requests.ts'

/** Which edge gave a response, and what it knows of the request. */
export interface Told {
  readonly control: TestControl
  readonly request: SeenRequest
}

const responses = new WeakMap<object, Told>()

/** Remembers which edge a response is of, for matchers. */
export const remember = (response: object, told: Told): void => {
  responses.set(response, told)
}

export const toldOf = (response: object): Told | undefined => responses.get(response)

/** An edge that is open, for responses that came over its socket. */
export interface OpenEdge {
  readonly control: TestControl
  /** `127.0.0.1:8020`; absent without a socket. */
  readonly address: string | undefined
}

/** Only looked at: no edge knows another by it. */
const open = new Set<OpenEdge>()

export const opened = (edge: OpenEdge): void => void open.add(edge)
export const closed = (edge: OpenEdge): void => void open.delete(edge)

/**
 * The request behind a Ray ID. Ray IDs of two edges may be the same, as both begin with the same seed: then the address decides, or
 * the newer edge.
 */
export const findRay = (ray: string, url: string | undefined): Told | undefined => {
  const found = [...open].reverse().flatMap(({ control, address }) => {
    const request = control.requests().find((one) => one.ray === ray)
    return request === undefined ? [] : [{ control, request, address }]
  })
  const host = url !== undefined && URL.canParse(url) ? new URL(url).host : undefined
  return found.find(({ address }) => address === host) ?? found[0]
}
