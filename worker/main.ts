import { readConfig } from '#core/config.ts';
import { runProgram } from '#core/program.ts';
import { openServices } from '#core/services.ts';
import { runWorker } from './run.ts';

runProgram('worker', async (toldToStop) => {
  await using services = await openServices(readConfig(), 'worker');
  const worker = await runWorker(services);
  process.send?.({ ready: true, healthUrl: worker.healthUrl });
  try {
    await Promise.race([toldToStop, worker.ended]);
  } finally {
    await worker.stop();
  }
});
