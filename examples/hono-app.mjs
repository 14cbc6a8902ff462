// A Hono app behind the edge. From a clone: npm ci && node examples/hono-app.mjs
//   curl -i http://127.0.0.1:3000/              → 403, error code: 1020 (curl is blocked by rules/starter.yaml)
//   curl -i -A Mozilla/5.0 http://127.0.0.1:3000/ → 200, with the Ray ID that the app saw
import { serve } from '@hono/node-server'
import { edge1020 } from 'edge1020/node'
import { Hono } from 'hono'

const app = new Hono()
app.use(edge1020({ rules: 'rules/starter.yaml' }))
app.get('/', (c) => c.text(`hello, your Ray ID is ${c.get('rayId')}\n`))

serve(
  { fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' },
  ({ port }) => console.log(`http://127.0.0.1:${port}/`)
)
