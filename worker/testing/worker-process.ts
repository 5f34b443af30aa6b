import { readConfig } from '#core/config.ts';
import { openServices } from '#core/services.ts';
import { startProcessing } from '../process.ts';

/** A worker that only develops pictures, in a process of its own so that a test can kill it. */
const services = await openServices(readConfig(), 'worker');
await startProcessing(services);
process.on('disconnect', () => process.exit());
process.send?.('ready');
