import type { Side } from '../admin/side.ts'
import type { Edge } from '../edge.ts'
import type { Trials } from '../toolkit/trial.ts'

/** Lets visitors have their turn between two questions. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * Answers the admin port's questions about requests that were not sent, with the active rules and the edge's own data. The
 * code loads with the first question.
 */
export const edgeTrials = (edge: Edge): NonNullable<Side['trials']> => {
  let known: Trials | undefined
  const trialsOf = async (): Promise<Trials> => {
    if (known?.ruleset === edge.ruleset) return known
    const [{ createTrials }, { readPersonas }] = await Promise.all([
      import('../toolkit/trial.ts'),
      import('../personas/personas.ts'),
    ])
    const { geo, asn, reputation, bots, personas, answers, seesTls } = edge.options
    const { ruleset, colo } = edge
    known = createTrials({
      ruleset,
      colo,
      geo,
      asn,
      reputation,
      bots,
      seesTls,
      answers,
      personas: personas ?? readPersonas(),
    })
    await known.ready
    return known
  }
  const questions = () => import('../toolkit/questions.ts')
  return {
    explain: async (json) => {
      const [trials, { answerExplain }] = await Promise.all([trialsOf(), questions()])
      await turn()
      return answerExplain(trials, json)
    },
    check: async (json) => {
      const [trials, { answerCheck }] = await Promise.all([trialsOf(), questions()])
      await turn()
      return answerCheck(trials, json)
    },
  }
}
