// A Hono app behind the edge, in TypeScript. From a clone: npm ci && npx tsx examples/hono-app.ts
import { serve } from '@hono/node-server'
import type { Options } from 'edge1020/node'
import { edge1020 } from 'edge1020/node'
import { Hono } from 'hono'

const options: Options = { rules: 'rules/starter.yaml', answers: { languages: true } }

const app = new Hono()
app.use(edge1020(options))
app.get('/', (c) => c.text(`hello, your Ray ID is ${c.get('rayId')}\n`))

serve(
  { fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' },
  ({ port }) => console.log(`http://127.0.0.1:${port}/`)
)
