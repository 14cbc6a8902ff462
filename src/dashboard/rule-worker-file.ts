/** The built file of `rule-worker.ts`. */
export const ruleWorkerFile = new URL('./rule-worker.js', import.meta.url)
