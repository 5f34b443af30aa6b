import { openSqliteBroker } from '#core/broker/sqlite.ts';

/** The other process of `broker.bench.ts`: says of each message how long it took from its publish to here, in milliseconds. */
const broker = await openSqliteBroker({ path: process.argv[2] ?? '' });
const signal = new AbortController().signal;
const batches = broker.consume({
  topics: ['latency'],
  group: 'bench',
  member: 'reader',
  from: 'earliest',
  maxBatch: 100,
  signal,
  onAssigned: () => void process.send?.('ready'),
});
for await (const { assignment, messages } of batches) {
  const now = process.hrtime.bigint();
  const latencies = messages.map(({ value }) => Number(now - Buffer.from(value ?? []).readBigInt64LE()) / 1e6);
  process.send?.(latencies);
  await assignment.commit((messages.at(-1)?.offset ?? 0) + 1);
}
