import type { Client } from './driver.ts'
import type { Held } from './questions.ts'

/**
 * Answers a question about the server and the events in memory. Without one snapshot, an event that reaches the server between two
 * statements would be in neither part, or in both. Without events in memory one statement answers, and needs no transaction.
 *
 * @param held taken before the snapshot
 */
export const inSnapshot = async <Answer>(
  client: Client,
  { events }: Held,
  look: () => Promise<Answer>
): Promise<Answer> => {
  if (events.length === 0) return look()
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY')
  try {
    const answer = await look()
    await client.query('COMMIT')
    return answer
  } catch (error) {
    // A lost connection ends its transaction, and the first error says more than this one.
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}
