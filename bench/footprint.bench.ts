import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { isTerminal } from '#core/domain/task.ts';
import { prepareDatabase, signIn } from '../e2e/admin.ts';
import { readTasks, sendPictures } from '../e2e/api.ts';
import { writePicture } from '../e2e/pictures.ts';
import { findBrowser } from '../scripts/browser.mjs';
import { installSize } from './install-size.ts';
import { cpuSeconds, memoryOf, processTree } from './process-tree.ts';

/** What Darkroom takes while nobody uses it, what its installation takes, and what a browser loads for a page. Linux. */
const idleSeconds = Number(process.argv[2] ?? 20);
const folder = await mkdtemp(resolve('.cache/bench-footprint-'));

const settings = { PORT: '0', WORKER_METRICS_PORT: '0', DATA_DIR: join(folder, 'data') };
await prepareDatabase(settings);

const product = spawn(process.execPath, ['scripts/start.mjs'], {
  env: { ...process.env, ...settings },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const url = await ready();
  await measureIdle('nothing developed yet');
  await developSome(url);
  await measureIdle('decoders waiting for more');
  await measurePages(url);
  printInstall();
} finally {
  product.kill('SIGTERM');
  await once(product, 'exit');
  await rm(folder, { recursive: true, force: true });
}

async function ready(): Promise<string> {
  for await (const line of createInterface({ input: product.stdout })) {
    const address = /^Darkroom is ready at (\S+)/.exec(line)?.[1];
    if (!address) continue;
    product.stdout.resume();
    await (await fetch(address)).text();
    return address;
  }
  throw new Error('Darkroom did not start.');
}

/** Pictures enough for every decoder child to have been started. */
async function developSome(url: string): Promise<void> {
  const paths: string[] = [];
  for (let seed = 1; seed <= 8 * availableParallelism(); seed += 1) {
    paths.push(await writePicture(join(folder, `sent/picture-${seed}.png`), { width: 1600, height: 1200, seed }));
  }
  await sendPictures(url, ...paths);
  while (!(await readTasks(url)).every(({ status }) => isTerminal(status))) await delay(100);
}

async function measureIdle(when: string): Promise<void> {
  await delay(3000);
  const pids = processTree(product.pid ?? 0);
  const before = cpuSeconds(pids);
  await delay(idleSeconds * 1000);
  const cpu = (100 * (cpuSeconds(pids) - before)) / idleSeconds;
  const programs = pids.map(memoryOf);
  const total = (kind: 'pss' | 'rss') => programs.reduce((sum, program) => sum + program[kind], 0);
  console.log(
    `idle, ${when}: ${mebibytes(total('pss'))} (Pss; Rss ${mebibytes(total('rss'))}), ${cpu.toFixed(2)} % of a core`,
  );
  for (const { name, pss, rss } of programs)
    console.log(`  ${name.padEnd(20)} ${mebibytes(pss)} (Rss ${mebibytes(rss)})`);
}

/** What a browser that was never here loads until the page is at rest. */
async function measurePages(url: string): Promise<void> {
  const executablePath = await findBrowser(process.execPath);
  if (!executablePath) return console.log('first-load JavaScript: not measured, there is no Chromium');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const path of ['/', '/overview']) {
    const page = await browser.newPage();
    const scripts: Promise<Buffer>[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.push(response.body());
    });
    await signIn(page.request, url);
    await page.goto(url + path, { waitUntil: 'networkidle' });
    const files = await Promise.all(scripts);
    const bytes = files.reduce((sum, file) => sum + file.length, 0);
    const gzipped = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
    console.log(
      `first-load JavaScript of ${path}: ${kilobytes(gzipped)} gzip (${kilobytes(bytes)}, ${files.length} files)`,
    );
    await page.close();
  }
  await browser.close();
}

function printInstall(): void {
  const { production, development, largest } = installSize();
  console.log(
    `node_modules: ${mebibytes(production)} the product needs, ${mebibytes(development)} of tools to build and test it`,
  );
  for (const { name, bytes } of largest) console.log(`  ${name.padEnd(34)} ${mebibytes(bytes)}`);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
