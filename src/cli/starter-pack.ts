import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const STARTER_PACK = 'rules/starter.yaml'

/** Returns the path of a file in this package. */
export const packageFile = (name: string): string =>
  fileURLToPath(new URL(name, import.meta.resolve('edge1020/package.json')))

/** Returns the path of the starter pack: in the current directory (a clone) if it exists, else in the package. */
export const starterPack = (): string =>
  existsSync(STARTER_PACK) ? STARTER_PACK : packageFile(STARTER_PACK)
