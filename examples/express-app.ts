// An Express app behind the edge, in TypeScript. From a clone: npm ci && npx tsx examples/express-app.ts
import type { AddressInfo } from 'node:net'
import type { Edge } from 'edge1020/node'
import { createEdge, nodeMiddleware } from 'edge1020/node'
import express from 'express'

const edge: Edge = createEdge({ rules: 'rules/starter.yaml' })

const app = express()
app.use(nodeMiddleware(edge))
app.get('/', (req, res) => res.send(`hello, your Ray ID is ${req.rayId}\n`))

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
)
process.once('SIGTERM', () => server.close(() => void edge.close()))
