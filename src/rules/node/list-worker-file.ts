/** The built file of `list-worker.ts`. Tests, which run from the sources, put another one in its place. */
export const workerFile = new URL('./list-worker.js', import.meta.url)
