// @ts-check
import { spawn } from 'node:child_process';
import { installKafka } from './kafka/install.mjs';
import { nodeFlags } from './node-flags.mjs';
import { prepare } from './prepare.mjs';
import { environment, fail } from './run.mjs';

/** `npm run kafka [-- --nodes 3 --sasl --tls --port 9092]`: an Apache Kafka of one's own, until Ctrl-C. */
const node = await prepare();
await installKafka().catch((/** @type {Error} */ { message }) => fail(message));
const child = spawn(node, [...nodeFlags.script, 'scripts/kafka/main.ts', ...process.argv.slice(2)], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  env: environment,
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.connected && child.disconnect());
}
child.once('exit', (code) => process.exit(code ?? 1));
