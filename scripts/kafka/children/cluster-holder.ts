import { startKafka } from '../cluster.ts';

/** A process that starts a cluster, says which processes that took, and lives until it is killed. */
const cluster = await startKafka();
process.send?.(cluster.pids);
