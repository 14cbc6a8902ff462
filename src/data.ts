/**
 * Tables that only some edges need, for any runtime. The main entry is small without them. `edge1020/node` includes them.
 */

export { languages } from './answers/languages/all.ts'
export type { Language, Languages } from './answers/languages.ts'
export { builtInAsn } from './visitor/asn/builtin.ts'
export type { BotOptions } from './visitor/bots/bots.ts'
export { createBots } from './visitor/bots/bots.ts'
