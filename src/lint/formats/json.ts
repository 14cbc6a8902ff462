import type { Finding } from '../finding.ts'

/** A finding for programs, without the line that pictures need. */
export const printed = ({ sourceLine: _, ...finding }: Finding) => finding

export const toJson = (findings: readonly Finding[]): string =>
  `${JSON.stringify({ findings: findings.map(printed) }, undefined, 2)}\n`
