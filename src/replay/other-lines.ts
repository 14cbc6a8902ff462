import type { ReplayReport } from './report.ts'

/** Returns the counts of lines that were not judged or that need a remark, each with a description. Zero counts are left out. */
export const otherLines = ({
  skipped,
  noAddress,
  noZone,
}: Pick<ReplayReport, 'skipped' | 'noAddress' | 'noZone'>): (readonly [number, string])[] =>
  (
    [
      [skipped.broken, 'unreadable'],
      [
        skipped.withoutRequest,
        'without a request: TLS on a plain port, connections that sent nothing',
      ],
      [skipped.comments, 'comments or blank'],
      [skipped.outsideTime, 'outside --since and --until'],
      [skipped.notSampled, 'left out by --sample'],
      [noAddress, 'without a readable address: rules about addresses did not match them'],
      [noZone, 'for a host of no zone: refused with 1023'],
    ] as const
  ).filter(([count]) => count > 0)
