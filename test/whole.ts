import { wholeEdge } from '../src/whole.ts'

// Most tests ask rooms directly, without an edge that waits for what they import later; test/later.test.ts does without.
// Files that share their modules have this one as their set-up; the others import it where they need it.
wholeEdge()
