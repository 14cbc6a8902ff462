import { readPersonas } from '../personas/personas.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import type { TrialsOptions } from './trial.ts'
import { createTrials } from './trial.ts'

export const personas = readPersonas()
export const trialsOf = (document: object, options: Partial<TrialsOptions> = {}) =>
  createTrials({ ruleset: rulesFromObjects([document]), personas, ...options })

export const path = (text: string) => `http.request.uri.path contains "${text}"`
export const block = (name: string, more: object = {}) => ({
  name,
  expression: path(name),
  action: 'block',
  ...more,
})
