/** UTF-16 code units that the language and its functions look for. In a binary string, each is one byte. */
export const LINE_FEED = 0x0a
export const CARRIAGE_RETURN = 0x0d
export const SPACE = 0x20
export const EXCLAMATION = 0x21
export const DOUBLE_QUOTE = 0x22
export const HASH = 0x23
export const PERCENT = 0x25
export const OPEN_PAREN = 0x28
export const CLOSE_PAREN = 0x29
export const PLUS = 0x2b
export const COMMA = 0x2c
export const DASH = 0x2d
export const DOT = 0x2e
export const DIGIT_0 = 0x30
export const DIGIT_7 = 0x37
export const DIGIT_9 = 0x39
export const COLON = 0x3a
export const UPPER_A = 0x41
export const UPPER_Z = 0x5a
export const OPEN_BRACKET = 0x5b
export const BACKSLASH = 0x5c
export const CLOSE_BRACKET = 0x5d
export const UNDERSCORE = 0x5f
export const LOWER_A = 0x61
export const LOWER_F = 0x66
export const LOWER_R = 0x72
export const LOWER_U = 0x75
export const LOWER_Z = 0x7a
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
/** The bit that makes an ASCII letter lower case. */
export const CASE_BIT = 0x20

export const isDigit = (unit: number): boolean => unit >= DIGIT_0 && unit <= DIGIT_9

export const isHexDigit = (unit: number): boolean =>
  isDigit(unit) || ((unit | CASE_BIT) >= LOWER_A && (unit | CASE_BIT) <= LOWER_F)

export const isUpper = (unit: number): boolean => unit >= UPPER_A && unit <= UPPER_Z

export const isLower = (unit: number): boolean => unit >= LOWER_A && unit <= LOWER_Z
