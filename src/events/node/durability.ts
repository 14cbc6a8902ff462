/**
 * What an event survives once its refusal is sent:
 * - `commit`: the end of the process, however it ends
 * - `flush`: a power cut, too, for a wait for the disk at each commit
 * - `memory`: nothing, until it is written a moment later
 */
export const DURABILITIES = ['commit', 'flush', 'memory'] as const
export type Durability = (typeof DURABILITIES)[number]
