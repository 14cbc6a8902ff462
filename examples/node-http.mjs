// Plain node:http behind the edge. From a clone: npm ci && node examples/node-http.mjs
import { createServer } from 'node:http'
import { nodeMiddleware } from 'edge1020/node'

const edge = nodeMiddleware({ rules: 'rules/starter.yaml' })
const server = createServer((req, res) =>
  edge(req, res, () => res.end(`hello, your Ray ID is ${req.rayId}\n`))
)
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}/`)
)
