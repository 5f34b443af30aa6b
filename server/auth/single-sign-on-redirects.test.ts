import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHouse, postJson, type House } from '#server/fixtures/house.ts';
import { openOpenIdProvider, type OpenIdProvider } from '#server/fixtures/openid-provider.ts';

let provider: OpenIdProvider;
let house: House;

beforeAll(async () => {
  provider = await openOpenIdProvider({ sub: 'grace-1' });
  house = await openHouse({ ...provider.settings, RATE_LIMIT_SIGN_INS: '1000' });
});
afterAll(async () => {
  await house[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const elsewhere = [
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '/%5cevil.example',
  '\\\\evil.example',
  'http:evil.example',
  'javascript:alert(1)',
  'data:text/html,hello',
  '/\t/evil.example',
  'https://127.0.0.1@evil.example/',
  'https://darkroom.example.evil.example/',
];
const names = ['callbackURL', 'errorCallbackURL', 'newUserCallbackURL'];

test.each(elsewhere.flatMap((url) => names.map((name) => [url, name])))(
  'nobody who signs on is sent to %j by %s',
  async (url = '', name = '') => {
    const answer = await postJson(`${house.url}/api/auth/sign-in/social`, {
      provider: 'oidc',
      callbackURL: '/',
      [name]: url,
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('location')).toBeNull();
    expect(await answer.json()).toMatchObject({ code: 'forbidden' });
  },
);

test.each(['/', '/overview?range=day', '/tasks/1#timeline'])('who signs on comes back to %s', async (callbackURL) => {
  const answer = await postJson(`${house.url}/api/auth/sign-in/social`, { provider: 'oidc', callbackURL });
  expect(answer.status).toBe(200);
});
