import { EdgeError } from '../error.ts'

export interface ChallengeOptions {
  /** Any text; edges that share it accept each other's clearances. Default random. */
  readonly secret?: string | undefined
  /** Default 1,800. */
  readonly lifetimeSeconds?: number | undefined
}

/** @throws EdgeError `invalid_option` */
export const checkChallenges = ({ secret, lifetimeSeconds = 1 }: ChallengeOptions = {}): void => {
  if (!(lifetimeSeconds >= 1)) {
    const message = `option challenges: lifetimeSeconds ${lifetimeSeconds}: expected a number from 1`
    throw new EdgeError('invalid_option', message)
  }
  if (secret === '') {
    const message = 'option challenges: an empty secret lets anyone forge clearances'
    throw new EdgeError('invalid_option', message)
  }
}
