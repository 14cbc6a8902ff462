import type { Io } from './command.ts'

/** Asks questions at a terminal. Each answer is one line; an empty line selects the default answer. */
export interface Asker {
  ask(question: string, usual: string): Promise<string>
  /** Repeats the question until the answer is yes or no. */
  confirm(question: string): Promise<boolean>
  close(): Promise<void>
}

const YES_OR_NO = /^(?:y|yes|n|no|)$/i

export const createAsker = (io: Io): Asker => {
  const chunks = io.stdin[Symbol.asyncIterator]()
  const decoder = new TextDecoder()
  let rest = ''
  let ended = false
  const line = async (): Promise<string> => {
    for (let end = rest.indexOf('\n'); !ended; end = rest.indexOf('\n')) {
      if (end >= 0) {
        const found = rest.slice(0, end)
        rest = rest.slice(end + 1)
        return found.trim()
      }
      const { done, value } = await chunks.next()
      if (done === true) ended = true
      else rest += typeof value === 'string' ? value : decoder.decode(value, { stream: true })
    }
    const found = rest
    rest = ''
    return found.trim()
  }
  const ask: Asker['ask'] = async (question, usual) => {
    io.err(usual === '' ? `${question} ` : `${question} [${usual}] `)
    return (await line()) || usual
  }
  return {
    ask,
    confirm: async (question) => {
      let answer = await ask(`${question} (Y/n)`, '')
      while (!YES_OR_NO.test(answer)) answer = await ask('Please answer y or n:', '')
      return !/^n/i.test(answer)
    },
    close: async () => {
      await chunks.return?.()
    },
  }
}
