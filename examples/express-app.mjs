// An Express app behind the edge. From a clone: npm ci && node examples/express-app.mjs
import { nodeMiddleware } from 'edge1020/node'
import express from 'express'

const app = express()
app.use(nodeMiddleware({ rules: 'rules/starter.yaml' }))
app.get('/', (req, res) => res.send(`hello, your Ray ID is ${req.rayId}\n`))

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}/`)
)
