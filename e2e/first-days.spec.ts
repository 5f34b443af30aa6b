import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '#core/config.ts';
import { migrate } from '#core/database/migrate.ts';
import { openMailServer } from '#core/mail/testing/mail-server.ts';
import { admin } from './admin.ts';
import { complaintsOf, expect, test as base } from './fixtures.ts';
import { program, type Program } from './program.ts';
import { password, signInBy } from './visitors.ts';

/** Starts a server whose database nobody has prepared. */
const test = base.extend<{ startServer: (settings?: Record<string, string>) => Promise<Program> }>({
  // Playwright reads from the pattern which fixtures are wanted: none.
  // oxlint-disable-next-line no-empty-pattern
  async startServer({}, use) {
    const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-e2e-'));
    const started: Program[] = [];
    await use(async (settings = {}) => {
      const environment = { DATA_DIR: dataDir, PORT: '0', ...settings };
      await migrate(readConfig(environment));
      const server = program('server', environment);
      started.push(server);
      await server.start();
      return server;
    });
    await Promise.all(started.map((server) => server.stop()));
    await rm(dataDir, { recursive: true, force: true });
  },
});

test('the first admin is made by the link in the log, once, and is signed in', async ({ page, startServer }) => {
  const complaints = complaintsOf(page);
  const server = await startServer();
  await page.goto(server.url);
  await expect(page.getByRole('heading', { name: 'Nobody has an account here yet' })).toBeVisible();
  const link = /http:\S+\/set-up\?token=[\w-]+/.exec(server.output.join(''))?.[0] ?? '';
  const fill = async (name: string, email: string, secret: string) => {
    await page.getByLabel('Name').fill(name);
    await signInBy(page, email, secret);
  };
  await page.goto(link);
  await expect(page).toHaveURL(`${server.url}/set-up`);
  await fill('First One', 'first@example.com', 'short');
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await expect(page.getByText('It needs at least 8 characters.')).toBeVisible();
  await fill('First One', 'first@example.com', password);
  await expect(page.getByRole('heading', { name: 'Drop pictures here' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Account of First One' })).toBeVisible();

  await page.goto(link);
  await fill('Second One', 'second@example.com', password);
  await expect(page.getByRole('heading', { name: 'This set-up link no longer works' })).toBeVisible();
  expect(complaints).toEqual([]);
});

test('a forgotten password is replaced by the link in a mail, and nobody learns who has an account', async ({
  page,
  startServer,
}) => {
  await using mail = await openMailServer({ disabledCommands: ['AUTH', 'STARTTLS'] });
  const complaints = complaintsOf(page);
  const server = await startServer({
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    MAIL_FROM: 'darkroom@example.com',
  });
  for (const email of ['nobody@example.com', admin.email]) {
    await page.goto(`${server.url}/sign-in`);
    await page.getByRole('link', { name: 'Forgot password?' }).click();
    await expect(page).toHaveURL(/forgot-password$/);
    await page.getByRole('form', { name: 'Forgot password' }).getByLabel('Email').fill(email);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('status')).toContainText(`If ${email} has an account here`);
  }
  await expect.poll(() => mail.received.length).toBe(1);
  const link = /http:\S+\/reset-password\?token=[\w-]+/.exec(mail.received[0]?.text ?? '')?.[0] ?? '';
  await page.goto(link);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await signInBy(page, admin.email, password);
  await expect(page.getByRole('button', { name: 'Account of Admin' })).toBeVisible();
  expect(complaints).toEqual([]);
});
