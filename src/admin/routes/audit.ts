import { json } from '../answer.ts'
import type { Route } from '../route.ts'
import type { Side } from '../side.ts'

export const auditLog = ({ audit }: Side): Route => ({
  method: 'GET',
  path: '/api/audit',
  summary: 'changes and logins with their action, time and address; newest first',
  result: { description: 'the newest 1,000 entries', schema: 'AuditLog' },
  answer: () => json({ entries: audit.recent() }),
})
