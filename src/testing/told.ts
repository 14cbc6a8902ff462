import type { TestControl } from '../control/control.ts'
import type { SeenRequest } from '../control/requests.ts'

/** The edge that sent a response, and its record of the request. */
export interface Told {
  readonly control: TestControl
  readonly request: SeenRequest
}

const responses = new WeakMap<object, Told>()

/** Records the edge of a response, for matchers. */
export const remember = (response: object, told: Told): void => {
  responses.set(response, told)
}

export const toldOf = (response: object): Told | undefined => responses.get(response)

/** An open edge, for responses from its socket. */
export interface OpenEdge {
  readonly control: TestControl
  /** `127.0.0.1:8020`; absent without a socket. */
  readonly address: string | undefined
}

/** All open edges, for matchers. Edges do not use it. */
const open = new Set<OpenEdge>()

export const opened = (edge: OpenEdge): void => void open.add(edge)
export const closed = (edge: OpenEdge): void => void open.delete(edge)

/**
 * Finds the request of a Ray ID; `undefined` if no open edge knows it. Two edges with the same seed have the same Ray IDs. The edge
 * with the address in `url` has priority, then the newest edge.
 */
export const findRay = (ray: string, url: string | undefined): Told | undefined => {
  const found = [...open].reverse().flatMap(({ control, address }) => {
    const request = control.requests().find((one) => one.ray === ray)
    return request === undefined ? [] : [{ control, request, address }]
  })
  const host = url !== undefined && URL.canParse(url) ? new URL(url).host : undefined
  return found.find(({ address }) => address === host) ?? found[0]
}
