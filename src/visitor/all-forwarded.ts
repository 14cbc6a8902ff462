import {
  believedForwardedFor,
  forwardedAddress,
  forwardedCountry,
  X_FORWARDED_FOR,
} from './forwarded.ts'
import { forwardedScheme } from './forwarded-scheme.ts'

export const allForwarded = {
  believedForwardedFor,
  forwardedAddress,
  forwardedCountry,
  forwardedScheme,
  X_FORWARDED_FOR,
}
