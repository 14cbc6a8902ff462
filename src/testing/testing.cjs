'use strict'
// For require(), and for jest above all: its sandbox loads no ES modules, and its `module` is a copy. The main context has Node's own,
// whose require does (Node 20.19 and later).
const { runInThisContext } = require('node:vm')
const { createRequire } = runInThisContext('process').getBuiltinModule('node:module')

module.exports = createRequire(__filename)('./testing.js')
