// The thread that checks texts of rules and lints the files. Visitors get answers meanwhile.
import { parentPort, workerData } from 'node:worker_threads'
import { wholeLanguage } from '../language/whole.ts'
import { allReaders } from '../rules/all-readers.ts'
import { readers } from '../rules/readers.ts'
import type { RuleQuestion, RuleThreadOptions } from './rule-questions.ts'
import { createRuleAnswers } from './rule-questions.ts'

wholeLanguage()
readers.put(allReaders)
const answer = createRuleAnswers(workerData as RuleThreadOptions)

parentPort?.on('message', (question: RuleQuestion) => parentPort?.postMessage(answer(question)))
