import {
  argumentHint,
  operandHint,
  operatorHint,
  rightHint,
  strayHint,
  unsupportedHint,
} from './hints.ts'
import { teach } from './mend/mend.ts'

export const allMending = {
  argumentHint,
  operandHint,
  operatorHint,
  rightHint,
  strayHint,
  teach,
  unsupportedHint,
}
