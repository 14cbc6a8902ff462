/** The built file of `lint-worker.ts`. */
export const workerFile = new URL('./lint-worker.js', import.meta.url)
