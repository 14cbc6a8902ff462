import fc from 'fast-check'

const SEED = 1020

/** A run that fails fails again. `FC_SEED=random npm test`, or a number, looks at other cases. */
const chosen = process.env.FC_SEED
fc.configureGlobal({
  seed: chosen === undefined ? SEED : chosen === 'random' ? Date.now() % 2 ** 31 : Number(chosen),
})
