import type { MessageBroker } from './broker.ts';
import { brokerOver } from './log/broker.ts';
import { MemoryLog } from './memory-log.ts';

/**
 * The broker for tests: the same guarantees, except that nothing outlives the log. Brokers over one log meet as processes
 * do: `const log = new MemoryLog(); openMemoryBroker(log); openMemoryBroker(log)`; closing a broker leaves the log usable.
 */
export function openMemoryBroker(log: MemoryLog = new MemoryLog()): MessageBroker {
  return brokerOver(log);
}
