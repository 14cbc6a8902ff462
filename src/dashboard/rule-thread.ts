import { Worker } from 'node:worker_threads'
import type { Diagnostic } from '../error.ts'
import { EdgeError } from '../error.ts'
import type { LoadOptions } from '../import/node/load.ts'
import type { Finding } from '../lint/finding.ts'
import type { Holding, Sought } from './held.ts'
import type { RuleQuestion, RuleReply, RuleThreadOptions } from './rule-questions.ts'
import { ruleWorkerFile } from './rule-worker-file.ts'

const MAX_MS = 60_000
const MS_PER_SECOND = 1_000
/** An idle thread ends and frees its memory. */
const IDLE_MS = 60_000
/** Lists can refer to lists. After this many rounds all names are known. */
const MOST_ROUNDS = 3
const MAX_CHARS = 4 * 1024 * 1024

/** Checks texts of rules and lints files in a separate thread, one question after the other. */
export interface RuleThread {
  /**
   * Returns the mistakes in a text of one file.
   *
   * @throws EdgeError `cannot_edit` if the text is longer than 4 MiB, or if its check takes longer than a minute
   */
  check(changed: { readonly file: string; readonly text: string }): Promise<readonly Diagnostic[]>
  /** Returns the findings of `edge1020 lint` about the files. @throws EdgeError as `check` */
  findings(): Promise<readonly Finding[]>
  /** Returns the lists of the files, with their entries that contain the sought value. @throws EdgeError as `check` */
  held(sought: Sought): Promise<readonly Holding[]>
  /** Ends the thread: an open question fails, and the next one starts another thread. */
  end(): void
}

/** Returns the message for a question that takes longer than `seconds`. */
const tooSlow = ({ changed, sought }: RuleQuestion, seconds: number): string => {
  if (changed !== undefined) {
    return `${changed.file}: the check did not end within ${seconds} seconds: divide the file, or edit it on the disk and run \`edge1020 rules check\``
  }
  return sought === undefined
    ? `the lint did not end within ${seconds} seconds: run \`edge1020 lint\` on the files: it has no time limit`
    : `the lists were not read within ${seconds} seconds: search their files on the disk`
}

/** Returns the keys of lists that exist. */
const knownOf = (lists: LoadOptions['lists'], keys: Iterable<string>): Set<string> =>
  new Set(
    [...keys].filter((key) => {
      const [type, name] = key.split(' ') as ['ip' | 'int' | 'string', string]
      return lists?.[type]?.(name) !== undefined
    })
  )

/**
 * @param options.maxMs how long the thread may take for one question; it ends then, and the next question starts another one
 * @example await createRuleThread({ paths: ['rules/'], loading: {} }).check({ file: 'rules/site.yaml', text: 'rules: [' })
 */
export const createRuleThread = ({
  paths,
  loading: { vars, varFiles, env, lists },
  maxMs = MAX_MS,
}: {
  readonly paths: readonly string[]
  readonly loading: LoadOptions
  readonly maxMs?: number
}): RuleThread => {
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  const named = new Set<string>()

  const end = () => {
    void worker?.terminate()
    worker = undefined
  }

  const started = (): Worker => {
    const workerData: RuleThreadOptions = { paths, loading: { vars, varFiles, env } }
    worker ??= new Worker(ruleWorkerFile, { name: 'edge1020 rules', workerData })
    worker.unref()
    return worker
  }

  const once = (question: RuleQuestion): Promise<RuleReply> =>
    new Promise((resolve, reject) => {
      const thread = started()
      const settle = (act: () => void) => {
        clearTimeout(timer)
        thread.off('message', onMessage).off('error', onError).off('exit', onExit)
        act()
      }
      const fail = (error: Error) => {
        end()
        settle(() => reject(error))
      }
      const onMessage = (reply: RuleReply) => settle(() => resolve(reply))
      const onError = fail
      const onExit = (code: number) =>
        fail(new Error(`the thread that checks rules ended with the code ${code}`))
      const timer = setTimeout(() => {
        const seconds = Math.round(maxMs / MS_PER_SECOND)
        fail(new EdgeError('cannot_edit', tooSlow(question, seconds)))
      }, maxMs)
      thread.on('message', onMessage).on('error', onError).on('exit', onExit)
      thread.postMessage(question)
    })

  let last: Promise<unknown> = Promise.resolve()
  const ask = (about: Omit<RuleQuestion, 'known'> = {}): Promise<RuleReply> => {
    const act = async (): Promise<RuleReply> => {
      clearTimeout(idle)
      try {
        for (let round = 1; ; round++) {
          const known = knownOf(lists, named)
          const reply = await once({ known, ...about })
          const size = named.size
          for (const key of reply.asked) named.add(key)
          const isNew = knownOf(lists, named).size > known.size
          if (named.size > size && isNew && round < MOST_ROUNDS) continue
          const { failure } = reply
          if (failure === undefined) return reply
          const { code, message } = failure
          throw code === undefined ? new Error(message) : EdgeError.received({ code, message })
        }
      } finally {
        idle = setTimeout(end, IDLE_MS).unref()
      }
    }
    const answered = last.then(act, act)
    last = answered
    return answered
  }

  return {
    check: async (changed) => {
      if (changed.text.length > MAX_CHARS) {
        throw new EdgeError(
          'cannot_edit',
          `${changed.file}: the text has ${changed.text.length} characters: expected at most ${MAX_CHARS}`
        )
      }
      return (await ask({ changed })).diagnostics ?? []
    },
    findings: async () => (await ask()).findings ?? [],
    held: async (sought) => (await ask({ sought })).held ?? [],
    end,
  }
}
