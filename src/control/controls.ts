import type { Edge } from '../edge.ts'
import type { TestControl } from './control.ts'

const controls = new WeakMap<Edge, TestControl>()

/** Whoever makes an edge with test hooks remembers whose they are. */
export const rememberControl = (edge: Edge, control: TestControl): void => {
  controls.set(edge, control)
}

/** `undefined` for an edge that no test controls. */
export const controlOf = (edge: Edge): TestControl | undefined => controls.get(edge)
