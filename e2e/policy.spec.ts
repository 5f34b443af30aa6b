import { expect, test } from './fixtures.ts';
import { readTasks, sendPictures } from './api.ts';
import { fixture } from './pictures.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`pages work under their own policy, ${colorScheme}`, async ({ board, page, product }) => {
    await page.emulateMedia({ colorScheme });
    await sendPictures(product.url, fixture('plain.jpg'), fixture('truncated.png'));
    await board.open();
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    await expect(board.list.getByRole('listitem')).toHaveCount(2);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    await expect(page.locator('body'), 'styles that a library writes count').toHaveCSS('overflow', 'hidden');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Overview' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
    await page.reload();
    await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
    const [task] = await readTasks(product.url);
    await board.open(`/tasks/${task?.id}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  });
}

test('what somebody planted in a page neither runs nor leads elsewhere', async ({ page, product }) => {
  const planted = `<base href="https://evil.example/"><script>document.title = 'planted'</script>
    <script src="/favicon.svg"></script><img src="data:," onerror="document.title = 'planted'">
    <img src="https://evil.example/x.png"><style>body { color: red }</style><iframe src="/overview"></iframe>
    <object data="/favicon.svg"></object>`;
  await page.route('**/sign-in', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('<body>', `<body>${planted}`) });
  });
  await page.addInitScript(() => {
    const forbidden = new Set<string>();
    addEventListener('securitypolicyviolation', ({ effectiveDirective }) => forbidden.add(effectiveDirective));
    Object.assign(globalThis, { forbidden });
  });
  await page.goto(`${product.url}/sign-in`);
  await page.evaluate(() => {
    void fetch('https://evil.example/').catch(() => {});
    const form = Object.assign(document.createElement('form'), { action: 'https://evil.example/' });
    document.body.append(form);
    form.submit();
  });
  await expect
    .poll(() => page.evaluate(() => [...(globalThis as unknown as { forbidden: Set<string> }).forbidden].toSorted()))
    .toEqual([
      'base-uri',
      'connect-src',
      'form-action',
      'frame-src',
      'img-src',
      'object-src',
      'script-src-attr',
      'script-src-elem',
      'style-src-elem',
    ]);
  expect(await page.title()).not.toBe('planted');
});

test('each page has a nonce of its own, nothing of it is kept, and nothing says what serves it', async ({
  product,
}) => {
  const nonces = new Set<string>();
  for (let n = 0; n < 5; n += 1) {
    const response = await fetch(`${product.url}/sign-in`);
    const policy = response.headers.get('content-security-policy') ?? '';
    const nonce = /script-src 'nonce-([\w+/]{22}==)' 'strict-dynamic';/.exec(policy)?.[1] ?? '';
    nonces.add(nonce);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(response.headers.get('cache-control')).toContain('no-store');
    expect([...response.headers.keys()].filter((name) => /powered|^server$|nextjs/.test(name))).toEqual([]);
    const page = await response.text();
    for (const [tag] of page.matchAll(/<(script|style)\b[^>]*>/g)) expect(tag).toContain(`nonce="${nonce}"`);
  }
  expect(nonces.size).toBe(5);
});

test('what pages are made of is kept for good', async ({ product }) => {
  const page = await (await fetch(`${product.url}/sign-in`)).text();
  const { headers } = await fetch(product.url + (/\/_next\/static\/[^"]+\.js/.exec(page)?.[0] ?? ''));
  expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('pages are only read, and nothing of Next that is no page is there', async ({ product }) => {
  const status = async (path: string, init: RequestInit = {}) =>
    (await fetch(product.url + path, { redirect: 'manual', ...init })).status;
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    expect([method, await status('/sign-in', { method, headers: { 'next-action': '0'.repeat(42) } })]).toEqual([
      method,
      404,
    ]);
  }
  for (const path of [
    '/_next/image?url=/samples/dunes.jpg&w=640&q=75',
    '/_next/data/x/index.json',
    '/_not-found',
    '/_global-error',
    '/sign-in.rsc',
    '/sign-in.segments/_tree.segment.rsc',
    '/__nextjs_original-stack-frames',
  ]) {
    expect([path, await status(path)]).toEqual([path, 404]);
  }
  const claims = {
    'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware',
    'x-forwarded-host': 'evil.example',
    'x-matched-path': '/people',
    'x-invoke-path': '/people',
    'x-darkroom-user': encodeURIComponent(
      JSON.stringify({ id: 'x', email: 'x@example.com', name: 'x', role: 'admin' }),
    ),
  };
  const told = await fetch(`${product.url}/people`, { redirect: 'manual', headers: claims });
  expect([told.status, told.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/sign-in/)]);
  const page = await (await fetch(`${product.url}/sign-in`, { headers: claims })).text();
  expect(page).not.toContain('evil.example');
});
