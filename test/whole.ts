import { wholeEdge } from '../src/whole.ts'

// Most tests ask rooms directly, without an edge that waits for what they import later; test/later.test.ts does without.
// Units have this file as their set-up. Others import it: it costs each of them the loading of a whole edge.
wholeEdge()
