import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const STARTER_PACK = 'rules/starter.yaml'

/** A file that came with the package. */
export const packageFile = (name: string): string =>
  fileURLToPath(new URL(name, import.meta.resolve('edge1020/package.json')))

/** The pack in this directory where there is one (a clone), else the one that came with the package. */
export const starterPack = (): string =>
  existsSync(STARTER_PACK) ? STARTER_PACK : packageFile(STARTER_PACK)
