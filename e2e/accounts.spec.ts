import { admin } from './admin.ts';
import { addPerson, asAdmin, expect, password, signInBy, test } from './visitors.ts';

test('who is not signed in is led to the sign-in and, by the right password, on to what they asked for', async ({
  open,
  product,
}) => {
  const page = await open();
  await page.goto('/overview?range=1h');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await signInBy(page, admin.email, 'not the password');
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await expect(page.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(
    'The email or the password is wrong.',
  );
  await signInBy(page, admin.email, admin.password);
  await expect(page).toHaveURL(`${product.url}/overview?range=1h`);
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
});

test('a sign-in leads to no other site', async ({ open, product }) => {
  const page = await open();
  await page.goto(`/sign-in?next=${encodeURIComponent('//evil.example/')}`);
  await signInBy(page, admin.email, admin.password);
  await expect(page).toHaveURL(`${product.url}/`);
});

test.describe('where two wrong passwords are enough', () => {
  test.use({ settings: { RATE_LIMIT_SIGN_INS: '2' } });

  test('one more is told when to come back', async ({ open }) => {
    const page = await open();
    await page.goto('/sign-in');
    for (let wrong = 1; wrong <= 3; wrong += 1) {
      const answered = page.waitForResponse(/sign-in\/email/);
      await signInBy(page, admin.email, `not the password ${wrong}`);
      await answered;
    }
    await expect(page.getByRole('main').getByRole('alert')).toHaveText(/^Too many attempts\. Try again in \d+ min/);
    await expect(page.getByRole('main').getByRole('alert')).toBeFocused();
  });
});

test('signing out leads to the sign-in, and back does not lead in again', async ({ open }) => {
  const page = await open(asAdmin);
  await page.goto('/');
  await page.getByRole('button', { name: 'Account of Owner' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  await page.goto('/');
  await expect(page).toHaveURL(/\/sign-in$/);
});

for (const { role, mayUpload, mayOperate, mayManage } of [
  { role: 'viewer', mayUpload: false, mayOperate: false, mayManage: false },
  { role: 'uploader', mayUpload: true, mayOperate: false, mayManage: false },
  { role: 'operator', mayUpload: true, mayOperate: true, mayManage: false },
  { role: 'admin', mayUpload: true, mayOperate: true, mayManage: true },
] as const) {
  test(`of all there is, a person in the role of ${role} sees what they may do`, async ({ open, product }) => {
    const page = await open(await addPerson(product.url, role));
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto('/?status=done');
    await expect(page.getByRole('banner').getByRole('status')).toHaveText('Live');
    await expect(page.getByRole('button', { name: 'Choose pictures' })).toHaveCount(mayUpload ? 1 : 0);
    await expect(page.getByText('You may look here')).toHaveCount(mayUpload ? 0 : 1);
    await expect(page.getByRole('button', { name: 'Everyone' })).toHaveCount(mayOperate ? 1 : 0);
    await expect(page.getByRole('navigation').getByRole('link', { name: 'People' })).toHaveCount(mayManage ? 1 : 0);
    await page.goto('/people');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(
      mayManage ? 'People' : 'Only admins see the people',
    );
    await expect(page.getByRole('banner').getByRole('status')).toHaveText('Live');
    expect(asked.includes('/api/v1/people')).toBe(mayManage);
  });
}

test('who is invited chooses a password by the link, and signs in with it', async ({ open }) => {
  const host = await open(asAdmin);
  await host.goto('/people');
  await host.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = host.getByRole('dialog');
  await dialog.getByLabel('Email').fill('Grace@Example.com');
  await dialog.getByLabel('Name').fill('Grace Hopper');
  await dialog.getByLabel('Role').selectOption('Operator');
  await dialog.getByRole('button', { name: 'Invite' }).click();
  const link = await dialog.getByLabel('Link', { exact: true }).inputValue();
  await host.keyboard.press('Escape');
  await expect(host.getByRole('listitem', { name: 'Grace Hopper' })).toContainText('Invited');

  const guest = await open();
  await guest.goto(link);
  await expect(guest).toHaveURL(/\/reset-password$/);
  await guest.getByLabel('Password', { exact: true }).fill(password);
  await guest.keyboard.press('Enter');
  await guest.getByRole('link', { name: 'Sign in' }).click();
  await signInBy(guest, 'grace@example.com', password);
  await expect(guest.getByRole('button', { name: 'Account of Grace Hopper' })).toBeVisible();

  await guest.goto(link);
  await guest.getByLabel('Password', { exact: true }).fill(password);
  await guest.keyboard.press('Enter');
  await expect(guest.getByRole('heading', { name: 'This link no longer works' })).toBeVisible();
  await host.reload();
  await expect(host.getByRole('listitem', { name: 'Grace Hopper' })).toContainText('Active');
});

test('a changed role, and being disabled, ends what somebody has open within a moment', async ({ open, product }) => {
  const grace = await addPerson(product.url, 'operator', 'Grace Hopper');
  const host = await open(asAdmin);
  await host.goto('/people');
  const row = host.getByRole('listitem', { name: 'Grace Hopper' });

  const theirs = await open(grace);
  await theirs.goto('/?status=failed');
  await expect(theirs.getByRole('banner').getByRole('status')).toHaveText('Live');
  await row.getByRole('button', { name: /Role of/ }).click();
  await host.getByRole('menuitem', { name: /^Viewer/ }).click();
  await host.getByRole('dialog').getByRole('button', { name: 'Change the role' }).click();
  await expect(theirs).toHaveURL(/\/sign-in\?next=/);
  await expect(row.getByRole('button', { name: 'Role of Grace Hopper: Viewer' })).toBeVisible();

  await signInBy(theirs, grace.email, password);
  await expect(theirs).toHaveURL(`${product.url}/?status=failed`);
  await expect(theirs.getByText('You may look here')).toBeVisible();
  await expect(theirs.getByRole('banner').getByRole('status')).toHaveText('Live');
  await row.getByRole('button', { name: 'More about Grace Hopper' }).click();
  await host.getByRole('menuitem', { name: 'Disable' }).click();
  await host.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await expect(theirs).toHaveURL(/\/sign-in\?next=/);
  await expect(row).toContainText('Disabled');
  await signInBy(theirs, grace.email, password);
  await expect(theirs.getByRole('main').getByRole('alert')).toContainText('This account is disabled');
});

test('the last admin stays one', async ({ open }) => {
  const page = await open(asAdmin);
  await page.goto('/people');
  const row = page.getByRole('listitem', { name: 'Owner' });
  await row.getByRole('button', { name: /Role of/ }).click();
  await page.getByRole('menuitem', { name: /^Viewer/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Change the role' }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('This is the last admin');
});

test('a session that is ended elsewhere leads its page to the sign-in', async ({ open, product }) => {
  const person = await addPerson(product.url, 'uploader', 'Lin Daly');
  const [here, there] = [await open(person), await open(person)];
  await there.goto('/');
  await expect(there.getByRole('banner').getByRole('status')).toHaveText('Live');
  await here.goto('/account');
  const sessions = here.getByRole('list', { name: 'Sessions' }).getByRole('listitem');
  await expect(sessions).toHaveCount(2);
  await expect(sessions.filter({ hasText: 'This one' })).toContainText(/Chrome on .*127\.0\.0\.1/);
  await here.getByRole('button', { name: /^End the session/ }).click();
  await expect(there).toHaveURL(/\/sign-in$/);
  await expect(sessions).toHaveCount(1);
});

test('a password is changed by who knows it, and what was signed in elsewhere ends', async ({ open, product }) => {
  const person = await addPerson(product.url, 'uploader', 'Lin Daly');
  const [here, there] = [await open(person), await open(person)];
  await there.goto('/');
  await expect(there.getByRole('banner').getByRole('status')).toHaveText('Live');
  await here.goto('/account');
  const change = async (present: string) => {
    await here.getByLabel('Present password').fill(present);
    await here.getByLabel('New password').fill('another one of this test');
    await here.getByRole('button', { name: 'Change password' }).click();
  };
  await change('not the password');
  await expect(here.getByLabel('Present password')).toHaveAccessibleDescription('This is not your present password.');
  await change(password);
  await expect(here.getByRole('status').filter({ hasText: 'Changed' })).toBeVisible();
  await expect(there).toHaveURL(/\/sign-in$/);
  await signInBy(there, person.email, 'another one of this test');
  await expect(there).toHaveURL(`${product.url}/`);
});

test('a key is shown once, does what it may and no more, and stops when it is revoked', async ({ open, product }) => {
  const page = await open(await addPerson(product.url, 'uploader', 'Lin Daly'));
  await page.goto('/account');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Nightly import');
  await expect(dialog.getByRole('checkbox')).toHaveCount(2);
  await dialog.getByRole('checkbox', { name: /^Upload/ }).uncheck();
  await dialog.getByRole('button', { name: 'Make the key' }).click();
  const key = await dialog.getByLabel('Key', { exact: true }).inputValue();
  await expect(dialog.getByLabel('Command', { exact: true })).toHaveValue(new RegExp(`^curl .*${key}`));
  const ask = (path: string, method = 'GET') =>
    fetch(product.url + path, { method, headers: { authorization: `Bearer ${key}` } });
  expect((await ask('/api/v1/me')).status).toBe(200);
  expect((await ask('/api/v1/images', 'POST')).status).toBe(403);

  await dialog.getByRole('button', { name: 'I have kept it' }).click();
  await page.reload();
  const row = page.getByRole('list', { name: 'API keys' }).getByRole('listitem');
  await expect(row).toContainText(/Nightly import.*Read.*Last used just now/);
  await expect(page.getByText(key)).toHaveCount(0);
  await row.getByRole('button', { name: 'Revoke Nightly import' }).click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(row).toHaveCount(0);
  expect((await ask('/api/v1/me')).status).toBe(401);
});
