'use strict'
// Runs in jest's sandbox, which contains jest's `expect`.
const { matchers } = require('./testing.cjs')

if (typeof globalThis.expect?.extend !== 'function') {
  throw new Error(
    'edge1020/testing/jest: no global expect: expected the module in setupFilesAfterEnv; elsewhere, use expect.extend(matchers) of edge1020/testing'
  )
}
globalThis.expect.extend(matchers)
