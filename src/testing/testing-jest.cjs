'use strict'
// Runs in jest's sandbox, where its `expect` is.
const { matchers } = require('./testing.cjs')

if (typeof globalThis.expect?.extend !== 'function') {
  throw new Error(
    'edge1020/testing/jest: there is no global expect: name it in setupFilesAfterEnv, or use expect.extend(matchers) of edge1020/testing'
  )
}
globalThis.expect.extend(matchers)
