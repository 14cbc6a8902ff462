/**
 * A machine that does much else, without doing anything: `STALL_MS=300 npx vitest run FILE` holds the test's process up again
 * and again, for up to so many milliseconds. A test that waits for a time where it means an event fails here.
 */
const stallMs = Number(process.env.STALL_MS)
const held = new Int32Array(new SharedArrayBuffer(4))
// Tests replace timers.
const { setTimeout } = globalThis

const stall = () => {
  Atomics.wait(held, 0, 0, Math.random() * stallMs)
  setTimeout(stall, Math.random() * stallMs).unref()
}

const started = globalThis as { isStalling?: boolean }
if (stallMs > 0 && started.isStalling !== true) {
  started.isStalling = true
  stall()
}
