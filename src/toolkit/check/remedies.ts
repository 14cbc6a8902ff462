import { isChallenge } from '../../challenges/level.ts'
import type { ExplicitRequest } from '../counterfactual/explicit.ts'
import { trialRequest } from '../counterfactual/explicit.ts'
import type { From } from '../pretend.ts'
import type { Trial, TrialRequest, Trials } from '../trial.ts'

/** A remedy for a refused visitor. */
export interface Remedy {
  readonly what: string
  readonly works: boolean
  /** The last change that was tried; the one that works, if any does. */
  readonly tried?: string
}

interface Attempt {
  readonly tried: string
  readonly request: TrialRequest
}

/** Fields that distinguish clients; another browser changes them. */
const CLIENT_FIELD = /^(?:cf\.(?:bot_management|tls|client)|http\.request\.version)/
/** Fields of places within a country; another address changes them. */
const PLACE_FIELD = /^ip\.src\./

const BROWSERS = [
  ['Firefox', 'firefox-paris'],
  ['Chrome', 'chrome-berlin'],
  ['Safari', 'safari-macbook-london'],
] as const
/** Mobile networks, with one address in each. */
const MOBILE = [
  { title: 'T-Mobile US', ip: '172.58.10.20', asn: 21_928 },
  { title: 'Jio', ip: '49.36.121.77', asn: 55_836 },
] as const
const EXITS = [
  { title: 'VPN exit in the Netherlands', ip: '92.118.49.37', asn: 136_787, country: 'NL' },
  { title: 'VPN exit in Sweden', ip: '185.65.135.72', asn: 39_351, country: 'SE' },
] as const
// Addresses of homes. Many rules use documentation addresses for the owner's own network, to which no visitor can move.
const ADDRESSES = ['62.155.240.77', '87.140.77.77', '78.40.77.77', '2003:c0:77::77']

const without = (
  fields: ExplicitRequest['from']['fields'],
  unwanted: RegExp
): ExplicitRequest['from']['fields'] =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !unwanted.test(name)))

const moved = (request: ExplicitRequest, from: Partial<From>): TrialRequest => {
  const fields = without(request.from.fields, PLACE_FIELD)
  return trialRequest({
    ...request,
    from: { ...request.from, ...from, fields } as ExplicitRequest['from'],
  })
}

/** The persona's headers and fingerprints, at the request's own address. */
const withBrowser = (request: ExplicitRequest, as: string): TrialRequest => ({
  ...trialRequest(request),
  from: { ...request.from, as, fields: without(request.from.fields, CLIENT_FIELD) },
})

interface Kind {
  readonly what: string
  readonly attempts: (request: ExplicitRequest) => readonly Attempt[]
}

/** All kinds of remedies, the cheapest first. */
const KINDS: readonly Kind[] = [
  {
    what: 'another browser',
    attempts: (request) =>
      BROWSERS.map(([tried, as]) => ({ tried, request: withBrowser(request, as) })),
  },
  {
    what: 'mobile data',
    attempts: (request) =>
      MOBILE.map(({ title: tried, ip, asn }) => ({ tried, request: moved(request, { ip, asn }) })),
  },
  {
    what: 'VPN exit in another country',
    attempts: (request) =>
      EXITS.filter(({ country }) => country !== request.from.country).map(
        ({ title: tried, ...from }) => ({ tried, request: moved(request, from) })
      ),
  },
  {
    what: 'new address',
    attempts: (request) =>
      ADDRESSES.filter((ip) => ip !== request.from.ip).map((ip) => ({
        tried: `${ip} in the same network and country`,
        request: moved(request, { ip }),
      })),
  },
]

const PASSES_CHALLENGE: Kind = {
  what: 'pass the challenge in a browser',
  attempts: (request) => [
    {
      tried: 'the challenge',
      request: trialRequest({ ...request, from: { ...request.from, challenge: 'pass' } }),
    },
  ],
}

/** Always available, and the only remedy if no other works. */
const OWNER = 'ask the owner of the site for an exception'

/** Returns the remedies that let the visitor pass, the cheapest first. Each was tried on the rules. The owner comes last. */
export const remediesOf = (
  trials: Trials,
  request: ExplicitRequest,
  refused: Trial
): readonly Remedy[] => {
  const kinds = isChallenge(refused.action) ? [PASSES_CHALLENGE, ...KINDS] : KINDS
  const tried = kinds.map(({ what, attempts }): Remedy => {
    const all = attempts(request)
    const working = all.find((attempt) => !trials.run(attempt.request).isRefused)
    const last = working ?? all.at(-1)
    return {
      what,
      works: working !== undefined,
      ...(last === undefined ? {} : { tried: last.tried }),
    }
  })
  return [...tried, { what: OWNER, works: true }]
}
