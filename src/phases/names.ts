/**
 * Every phase, in the order in which Cloudflare runs them.
 *
 * Source: https://developers.cloudflare.com/ruleset-engine/reference/phases-list/ for custom rules and rate limits;
 * https://developers.cloudflare.com/waf/concepts/ for the tools before them
 */
export const PHASE_NAMES = [
  'ip-access',
  'zone-lockdown',
  'user-agents',
  'custom-rules',
  'rate-limits',
] as const

export type PhaseName = (typeof PHASE_NAMES)[number]

/** The bit of a phase in `Ruling.skips`. */
export const bitOf = (name: PhaseName): number => 1 << PHASE_NAMES.indexOf(name)

/** The bits of all phases. */
export const EVERY_PHASE: number = (1 << PHASE_NAMES.length) - 1
