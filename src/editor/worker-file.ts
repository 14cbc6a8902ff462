/** The built file of `editor-worker.ts`. */
export const workerFile = new URL('./editor-worker.js', import.meta.url)
