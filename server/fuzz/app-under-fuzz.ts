import { openMemoryStorage } from '#core/storage/memory.ts';
import { openHouse, type House } from '../fixtures/house.ts';
import { openUploadApp, type UploadApp } from '../fixtures/upload-app.ts';

/** As many requests as there are. */
const unlimited = {
  RATE_LIMIT_SIGN_INS: '1000000',
  RATE_LIMIT_UPLOADS: '1000000',
  RATE_LIMIT_REQUESTS: '10000000',
  RATE_LIMIT_SOCKETS: '1000000',
  UPLOADS_AT_ONCE: '10000',
};

/** The routes that take and give files, over files in memory. */
export function openRoutesUnderFuzz(): Promise<UploadApp> {
  return openUploadApp({ settings: { ...unlimited, UPLOAD_MAX_BYTES: '20000' }, wrap: () => openMemoryStorage() });
}

/** The real server with accounts, and what a request carries to be an admin's. */
export async function openHouseUnderFuzz(): Promise<House & { headers: Record<string, string> }> {
  const house = await openHouse({ ...unlimited, UPLOAD_MAX_BYTES: '20000' });
  const { headers } = await house.add('fuzzer', 'admin');
  return { ...house, headers, [Symbol.asyncDispose]: () => house[Symbol.asyncDispose]() };
}
