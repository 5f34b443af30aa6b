import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { addPerson, asAdmin, expect, invitePerson, signInBy, test } from './visitors.ts';

type Who = 'nobody' | 'admin' | 'uploader' | 'viewer';

const openMenu = async (page: Page, name: RegExp | string) => {
  await page.getByRole('button', { name }).first().click();
  await expect(page.getByRole('menu')).toBeVisible();
};
const openDialog = async (page: Page, name: string) => {
  await page.getByRole('button', { name, exact: true }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
};

/** Every page and dialog of accounts, in each of its states. */
const states: Record<string, [who: Who, show: (page: Page) => Promise<void>]> = {
  'the sign-in after a wrong password': [
    'nobody',
    async (page) => {
      await page.goto('/sign-in');
      await signInBy(page, asAdmin.email, 'not the password');
      await expect(page.getByText('The email or the password is wrong.')).toBeVisible();
    },
  ],
  'a sign-in that the server does not answer': [
    'nobody',
    async (page) => {
      await page.goto('/sign-in');
      await page.route('**/api/auth/**', (route) => route.abort());
      await signInBy(page, asAdmin.email, 'not the password');
      await expect(page.getByRole('main').getByRole('alert')).toContainText('The server cannot be reached');
    },
  ],
  'the set-up': ['nobody', async (page) => void (await page.goto('/set-up?token=x'))],
  'a forgotten password': ['nobody', async (page) => void (await page.goto('/forgot-password'))],
  'the choice of a password': ['nobody', async (page) => void (await page.goto('/reset-password?token=x'))],
  'a link that no longer works': [
    'nobody',
    async (page) => {
      await page.goto('/reset-password');
      await expect(page.getByRole('heading', { name: 'This link no longer works' })).toBeVisible();
    },
  ],
  'the account': ['uploader', showAccount],
  'the menu of the person': [
    'admin',
    async (page) => {
      await showAccount(page);
      await openMenu(page, /^Account of/);
    },
  ],
  'the making of a key': [
    'admin',
    async (page) => {
      await showAccount(page);
      await openDialog(page, 'Make a key');
    },
  ],
  'a new key': [
    'admin',
    async (page) => {
      await showAccount(page);
      await openDialog(page, 'Make a key');
      await page.getByLabel('Name').fill('Nightly import');
      await page.getByRole('button', { name: 'Make the key' }).click();
      await expect(page.getByLabel('Key', { exact: true })).toBeVisible();
    },
  ],
  'the people': ['admin', showPeople],
  'a search that finds nobody': [
    'admin',
    async (page) => {
      await showPeople(page);
      await page.getByRole('searchbox').fill('no such person');
      await expect(page.getByRole('heading', { name: 'Nobody is called “no such person”' })).toBeVisible();
    },
  ],
  'people that cannot be read': [
    'admin',
    async (page) => {
      await page.route('**/api/v1/people?*', (route) => route.fulfill({ status: 400, body: '' }));
      await page.goto('/people');
      await expect(page.getByRole('heading', { name: 'The people cannot be shown' })).toBeVisible();
    },
  ],
  'the choice of a role': [
    'admin',
    async (page) => {
      await showPeople(page);
      await openMenu(page, /^Role of/);
    },
  ],
  'the question before a role is changed': [
    'admin',
    async (page) => {
      await showPeople(page);
      await openMenu(page, /^Role of/);
      await page.getByRole('menuitem', { name: /^Viewer/ }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  ],
  'an invitation': [
    'admin',
    async (page) => {
      await showPeople(page);
      await openDialog(page, 'Invite');
    },
  ],
  'an invitation with its link': [
    'admin',
    async (page) => {
      await showPeople(page);
      await openDialog(page, 'Invite');
      await page.getByRole('dialog').getByLabel('Email').fill('grace@example.com');
      await page.getByRole('dialog').getByLabel('Name').fill('Grace');
      await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
      await expect(page.getByLabel('Link', { exact: true })).toBeVisible();
    },
  ],
  'a quota': [
    'admin',
    async (page) => {
      await showPeople(page);
      await openMenu(page, /^More about/);
      await page.getByRole('menuitem', { name: 'Change quota' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  ],
  'people for who may not see them': [
    'viewer',
    async (page) => {
      await page.goto('/people');
      await expect(page.getByText('403')).toBeVisible();
    },
  ],
  'the board of who may look only': [
    'viewer',
    async (page) => {
      await page.goto('/');
      await expect(page.getByText('You may look here')).toBeVisible();
    },
  ],
  'the board with nothing of one’s own': [
    'admin',
    async (page) => {
      await page.goto('/?scope=mine');
      await expect(page.getByText('None of the pictures here is yours.')).toBeVisible();
    },
  ],
};

async function showAccount(page: Page): Promise<void> {
  await page.goto('/account');
  await expect(page.getByText('This one')).toBeVisible();
  await expect(page.getByText('You have no key yet')).toBeVisible();
}

async function showPeople(page: Page): Promise<void> {
  await page.goto('/people');
  await expect(page.getByRole('list', { name: 'People' })).toBeVisible();
}

for (const [name, [who, show]] of Object.entries(states)) {
  test(`axe finds nothing on ${name}, light and dark, wide and narrow`, async ({ open, product }) => {
    const page = await open(who === 'nobody' ? undefined : await addPerson(product.url, who));
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await show(page);
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${id} (${colorScheme}, ${width} px): ${nodes[0]?.html}`)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
    }
  });
}

test('by keyboard alone: the menu of the person is opened and closed, and pages are gone to', async ({ open }) => {
  const page = await open(asAdmin);
  await page.goto('/account');
  const button = page.getByRole('button', { name: 'Account of Owner' });
  await button.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Account' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('menu')).toBeHidden();
  await expect(button).toBeFocused();
  await page.keyboard.press('g');
  await page.keyboard.press('p');
  await expect(page.getByRole('heading', { level: 1, name: 'People' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await expect(page.getByRole('heading', { level: 1, name: 'Account' })).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Go to the people');
});

test('the people come in pages', async ({ open, product }) => {
  for (let n = 1; n <= 60; n += 1) await invitePerson(product.url, `Person ${n}`);
  const page = await open(asAdmin);
  await page.goto('/people');
  const rows = page.getByRole('list', { name: 'People' }).getByRole('listitem');
  await expect(rows).toHaveCount(50);
  await page.getByRole('button', { name: 'Load more' }).click();
  await expect(rows).toHaveCount(61);
  await page.getByRole('searchbox').fill('Person 59');
  await expect(rows).toHaveCount(1);
});
