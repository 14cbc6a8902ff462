/**
 * The failures that an event survives after its refusal:
 * - `commit`: any end of the process
 * - `flush`: a power cut as well; each commit waits for the disk
 * - `memory`: none, until the event is written a moment later
 */
export const DURABILITIES = ['commit', 'flush', 'memory'] as const
export type Durability = (typeof DURABILITIES)[number]
