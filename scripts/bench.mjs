// @ts-check
import { readdirSync } from 'node:fs';
import { nodeArguments, prepare } from './prepare.mjs';
import { run } from './run.mjs';

/** `npm run bench [-- name…]`: runs the benchmarks whose file names contain a given word, or all, one after the other. */
const node = await prepare();
const words = process.argv.slice(2);
const benchmarks = readdirSync('bench')
  .filter((file) => file.endsWith('.bench.ts'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));

let failed = benchmarks.length === 0;
for (const file of benchmarks) {
  console.log(`\n— ${file.replace('.bench.ts', '')} —`);
  if ((await run(node, [...nodeArguments(), `bench/${file}`])) !== 0) failed = true;
}
process.exit(failed ? 1 : 0);
