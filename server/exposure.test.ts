import { expect, test } from 'vitest';
import { warningOfExposure } from './exposure.ts';

test.each<[string, string | undefined]>([
  ['http://127.0.0.1:3000', undefined],
  ['http://[::1]:3000', undefined],
  ['http://127.0.0.1:3000', 'http://localhost:3000'],
  ['http://127.0.0.1:3000', 'https://photos.example'],
  ['http://0.0.0.0:3000', 'https://photos.example'],
])('listening on %s as %s is nothing to warn of', (address, PUBLIC_URL) => {
  expect(warningOfExposure(address, { PUBLIC_URL })).toBeNull();
});

test.each<[string, string | undefined, string]>([
  ['http://0.0.0.0:3000', undefined, 'http://0.0.0.0:3000'],
  ['http://[::]:3000', undefined, 'http://[::]:3000'],
  ['http://192.168.0.7:3000', undefined, 'http://192.168.0.7:3000'],
  ['http://192.168.0.7:3000', 'http://photos.example', 'http://192.168.0.7:3000'],
  ['http://127.0.0.1:3000', 'http://photos.example', 'http://photos.example'],
])('listening on %s as %s is warned of', (address, PUBLIC_URL, named) => {
  const warning = warningOfExposure(address, { PUBLIC_URL });
  expect(warning).toContain(`UNPROTECTED: ${named} `);
  expect(warning).toContain('PUBLIC_URL');
});
