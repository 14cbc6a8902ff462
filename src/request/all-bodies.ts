import { formPairs, multipartParts } from './body-parts.ts'
import { detectMime } from './mime.ts'
import { readBody } from './read-body.ts'

export const allBodies = { detectMime, formPairs, multipartParts, readBody }
