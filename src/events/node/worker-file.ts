/** The built file of `events-worker.ts`. Tests, which run from the sources, put another one in its place. */
export const workerFile = new URL('./events-worker.js', import.meta.url)
