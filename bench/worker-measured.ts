import { readConfig } from '#core/config.ts';
import { openServices } from '#core/services.ts';
import { startProcessing } from '#worker/process.ts';
import { findMeasured } from './worker-recipes.ts';

/** The worker's consumer of pictures as it is, with the presets that are measured. */
await using services = await openServices(readConfig(), 'worker');
const processing = await startProcessing(services, { findPreset: findMeasured });
process.send?.('ready');
await new Promise<void>((resolve) => process.once('disconnect', () => resolve()));
await processing.stop({ deadlineMs: 1000 });
