/** Longer documents are rejected: parsing them would delay a server's start by seconds. */
export const MAX_DOCUMENT_CHARACTERS = 2 ** 20
/** Deeper documents are mistakes or attacks: composing and converting are recursive and would exhaust the stack. */
export const MAX_DEPTH = 64
/** Limit on the values of one document after alias expansion: it stops an alias bomb. */
export const MAX_NODES = 200_000
