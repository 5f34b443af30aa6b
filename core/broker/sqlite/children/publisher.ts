import { randomUUID } from 'node:crypto';
import { openSqliteBroker } from '../../sqlite.ts';

/** Publishes without end, and says of each message where it is once it is durable. */
const broker = await openSqliteBroker({ path: process.argv[2] ?? '' });

async function publishForEver(): Promise<void> {
  for (;;) {
    const values = Array.from({ length: 5 }, () => randomUUID());
    const messages = values.map((value) => ({ key: value, value: Buffer.from(value), headers: {} }));
    const appended = await broker.publish('six', messages);
    process.send?.(appended.map((place, index) => ({ ...place, value: values[index] })));
  }
}

await Promise.all([publishForEver(), publishForEver(), publishForEver()]);
