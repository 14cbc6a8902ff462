/**
 * Tables that only some edges need, for any runtime: the main entry stays small without them. `edge1020/node` brings its own.
 */

export { languages } from './answers/languages/all.ts'
export type { Language, Languages } from './answers/languages.ts'
export { builtInAsn } from './visitor/asn/builtin.ts'
export type { BotOptions } from './visitor/bots/bots.ts'
export { createBots } from './visitor/bots/bots.ts'
