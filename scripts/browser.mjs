// @ts-check
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { commandOf, run } from './run.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome', 'msedge'];
const usual = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * Path of a Chromium for the end-to-end tests: Playwright's own, else the system's, else one that is installed now. Null
 * where none can be had.
 *
 * @param {string} node
 * @returns {Promise<string | null>}
 */
export async function findBrowser(node) {
  const { chromium } = await import('@playwright/test');
  const find = () => [chromium.executablePath(), ...onPath(), ...usual].find((path) => existsSync(path)) ?? null;

  const found = find();
  if (found) return found;
  console.log('No Chromium found: installing one for the end-to-end tests');
  await run(node, [commandOf('playwright'), 'install', '--with-deps', 'chromium'], { timeoutMs: 180_000 });
  const installed = find();
  if (installed || !existsSync('/etc/debian_version') || process.getuid?.() !== 0) return installed;
  await run('apt-get', ['update', '-q'], { timeoutMs: 120_000 });
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { timeoutMs: 180_000 });
  return find();
}

function onPath() {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name + suffix)));
}
