import { explain, trace } from './explain.ts'
import { print } from './print.ts'

export const allExplanations = { explain, print, trace }
