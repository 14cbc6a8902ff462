/** Longer documents are refused: parsing them would hold up a server's start for seconds. */
export const MAX_DOCUMENT_CHARACTERS = 2 ** 20
/** Deeper documents are mistakes or attacks: composing and converting are recursive and would exhaust the stack. */
export const MAX_DEPTH = 64
/** Values of one document after its aliases are followed: what stops an alias bomb. */
export const MAX_NODES = 200_000
