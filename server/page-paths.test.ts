import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeOf } from './page-paths.ts';

test.each([
  '/',
  '/overview',
  '/overview/',
  '/sign-in',
  '/set-up?token=%00../..',
  '/tasks/00000000-0000-4000-8000-000000000000?_rsc=1',
  '/no-such-page',
])('%s may be a page', (url) => {
  expect(placeOf(url)).toBe('page');
});

test.each(['/_next/static/chunks/0kfe4o7bo8iaf.css', '/_next/static/chunks/2-jrvol-q_myx.js?dpl=1'])(
  '%s is part of pages',
  (url) => {
    expect(placeOf(url)).toBe('asset');
  },
);

test('so is every file of the public folder', async () => {
  const root = join(import.meta.dirname, '../public');
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  for (const file of files.filter((each) => each.isFile())) {
    const url = join(file.parentPath, file.name).slice(root.length);
    expect([url, placeOf(url)]).toEqual([url, 'asset']);
  }
});

test.each([
  '',
  '*',
  'http://localhost/',
  '//evil.example/',
  '/overview//',
  '/index.rsc',
  '/overview.txt',
  '/overview.segments/_tree.segment.rsc',
  '/_next/image?url=/samples/dunes.jpg&w=640&q=75',
  '/_next/data/build/index.json',
  '/_next/static/../server/pages.js',
  '/_next/static/%2e%2e/x.js',
  '/_next/hmr',
  '/_not-found',
  '/_global-error',
  '/__nextjs_original-stack-frames',
  '/samples/../x.jpg',
  '/tasks/%2e%2e',
  '/tasks/..',
  '/a\\b',
  '/é',
])('%s is not asked of Next', (url) => {
  expect(placeOf(url)).toBe('nowhere');
});

test('an address is judged in time that grows with its length alone', () => {
  expect(placeOf(`/${'a-'.repeat(50_000)}!`)).toBe('nowhere');
  expect(placeOf(`/${'a/'.repeat(50_000)}!`)).toBe('nowhere');
});
