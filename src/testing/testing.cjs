'use strict'
// For require(), mainly in jest: its sandbox loads no ES modules, and its `module` is a copy. The main context has Node's own `module`,
// whose require loads them (Node 20.19 and later).
const { runInThisContext } = require('node:vm')
const { createRequire } = runInThisContext('process').getBuiltinModule('node:module')

module.exports = createRequire(__filename)('./testing.js')
