/** The built file of `reload-worker.ts`. Tests, which run from the sources, put another one in its place. */
export const workerFile = new URL('./reload-worker.js', import.meta.url)
