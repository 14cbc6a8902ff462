/** The built file of `replay-worker.ts`. */
export const replayWorkerFile = new URL('./replay-worker.js', import.meta.url)
