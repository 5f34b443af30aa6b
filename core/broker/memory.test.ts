import { brokerContract } from './broker.contract.ts';
import { MemoryLog } from './memory-log.ts';
import { openMemoryBroker } from './memory.ts';

brokerContract(
  'memory',
  async () => {
    const log = new MemoryLog();
    return {
      connect: async () => openMemoryBroker(log),
      close: async () => {},
      killMember: (member) => log.killMember(member),
    };
  },
  { killsMembers: true, removesMessages: false },
);
