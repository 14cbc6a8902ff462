export { Playground } from '../../test/documents-fuzz/check.ts'
export { damaged } from '../../test/documents-fuzz/mutate.ts'
