// What the fuzz script needs of the differential test; not part of the package.
export { default as fc } from 'fast-check'
export { editedCases, patternCases, validCases } from '../../test/differential/cases.ts'
export { difference } from '../../test/differential/compare.ts'
