import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const STARTER_PACK = 'rules/starter.yaml'

/** The pack in this directory where there is one (a clone), else the one that came with the package. */
export const starterPack = (): string =>
  existsSync(STARTER_PACK)
    ? STARTER_PACK
    : fileURLToPath(new URL(STARTER_PACK, import.meta.resolve('edge1020/package.json')))
