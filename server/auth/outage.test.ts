import { expect, test } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import { buildApp } from '#server/app.ts';
import { around } from '#server/fixtures/around.ts';
import { openHouse, postJson } from '#server/fixtures/house.ts';
import { openAccounts } from './accounts.ts';

const admin = { email: 'admin@example.com', password: 'correct horse' };

test.each([
  ['storage_full', 507],
  ['database_unavailable', 503],
] as const)('while the database says %s, signing in says so too', async (code, status) => {
  await using house = await openHouse({ ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password });
  const failing = () => Promise.reject(new DarkroomError(code, 'It is so.'));
  const database = around(house.services.database, { write: failing });
  const accounts = await openAccounts({ ...house.services, database }, { url: () => house.url, mailer: null });
  const app = await buildApp({ ...house.services, database }, { identify: accounts.identify, accounts });
  try {
    const response = await postJson(`${await app.listen()}/api/auth/sign-in/email`, admin);
    expect([response.status, (await response.json()).code]).toEqual([status, code]);
  } finally {
    accounts.stop();
    await app.close();
  }
});
