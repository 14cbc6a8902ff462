const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
/** One in 4,096 numbers is an answer, so a browser needs some milliseconds. */
const MASK = 0xfff
const ANSWER = /^\d{1,9}$/

/** FNV-1a over the characters of an ASCII text, 32 bits, as in the script of the page. */
const hash = (text: string): number => {
  let value = FNV_OFFSET
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), FNV_PRIME)
  return value >>> 0
}

/** True if a number is the answer to a question. Only a client that runs scripts finds one. */
export const isAnswer = (question: string, answer: string): boolean =>
  ANSWER.test(answer) && (hash(`${question}:${answer}`) & MASK) === 0

/** The first answer, as the script of the page finds it. For tests. */
export const answerTo = (question: string): string => {
  let number = 0
  while ((hash(`${question}:${number}`) & MASK) !== 0) number++
  return String(number)
}
