import { brokerContract, deathContract } from './broker.contract.ts';
import { MemoryLog } from './memory-log.ts';
import { openMemoryBroker } from './memory.ts';

async function open() {
  const log = new MemoryLog();
  return {
    connect: async () => openMemoryBroker(log),
    close: async () => {},
    killMember: (member: string) => log.killMember(member),
  };
}

brokerContract('memory', open);
deathContract('memory', open);
