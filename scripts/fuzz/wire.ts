// What the script needs of the parsers' tests; not part of the package.
export { parsers, randomOf, wireProblem } from '../../src/server/hello/wire.fixture.ts'
