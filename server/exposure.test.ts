import { expect, test } from 'vitest';
import { warningOfExposure } from './exposure.ts';

test.each<[string, string | undefined]>([
  ['127.0.0.1', undefined],
  ['::1', undefined],
  ['127.0.0.1', 'http://localhost:3000'],
  ['127.0.0.1', 'http://[::1]:3000'],
  ['127.0.0.1', 'https://photos.example'],
  ['0.0.0.0', 'https://photos.example'],
])('listening on %s as %s is nothing to warn of', (address, PUBLIC_URL) => {
  expect(warningOfExposure([{ address }], { PUBLIC_URL })).toBeNull();
});

test.each<[string, string | undefined, string]>([
  ['0.0.0.0', undefined, '0.0.0.0'],
  ['::', undefined, '::'],
  ['192.168.0.7', undefined, '192.168.0.7'],
  ['192.168.0.7', 'http://photos.example', '192.168.0.7'],
  ['127.0.0.1', 'http://photos.example', 'photos.example'],
])('listening on %s as %s is warned of', (address, PUBLIC_URL, named) => {
  const warning = warningOfExposure([{ address }], { PUBLIC_URL });
  expect(warning).toContain(`UNPROTECTED: ${named} `);
  expect(warning).toContain('PUBLIC_URL');
});
