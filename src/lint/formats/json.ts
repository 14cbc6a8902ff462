import type { Finding } from '../finding.ts'

/** Returns a finding without its source line, which only the text format needs. */
export const printed = ({ sourceLine: _, ...finding }: Finding) => finding

export const toJson = (findings: readonly Finding[]): string =>
  `${JSON.stringify({ findings: findings.map(printed) }, undefined, 2)}\n`
