import { readFileSync } from 'node:fs'
import { EdgeError, messageOf } from '../../error.ts'
import { parseBotRanges } from '../bots/networks.ts'

/**
 * Reads the networks of bots from files, one per bot, in the form that its operator publishes: JSON like Google's `googlebot.json`, or
 * lines of addresses and networks. For the option `ranges` of `createBots`.
 *
 * @throws EdgeError `bad_bot_range` naming the file
 * @example createBots({ ranges: readBotRanges({ Googlebot: './googlebot.json' }) })
 */
export const readBotRanges = (files: Readonly<Record<string, string>>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(files).map(([name, file]) => [name, readOne(name, file)]))

const readOne = (name: string, file: string): string[] => {
  let found: string[]
  try {
    found = parseBotRanges(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new EdgeError('bad_bot_range', `ranges of ${name} from ${file}: ${messageOf(cause)}`, {
      cause,
    })
  }
  // With an empty list, no request would ever be verified.
  if (found.length === 0) {
    throw new EdgeError(
      'bad_bot_range',
      `ranges of ${name} from ${file}: expected at least one network`
    )
  }
  return found
}
