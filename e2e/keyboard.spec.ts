import type { Page } from '@playwright/test';
import { sendPictures } from './api.ts';
import { expect, test } from './fixtures.ts';
import { fixture } from './pictures.ts';

/** Presses Tab until the control with this name has the focus, as a person without a pointer does. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const target = page.getByRole('button', { name }).or(page.getByRole('link', { name })).first();
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab does not lead to ${name}.`);
}

test('by keyboard alone: pictures are chosen, found, opened and closed', async ({ board, page }) => {
  await board.open();
  const chooser = page.waitForEvent('filechooser');
  await tabTo(page, 'Choose pictures');
  await page.keyboard.press('Enter');
  await (await chooser).setFiles([fixture('plain.jpg'), fixture('plain.png'), fixture('camera.jpg')]);
  await board.expectCount('Done', 3);

  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('camera');
  await expect(board.list.getByRole('listitem')).toHaveCount(1);

  await page.keyboard.press('Escape');
  await expect(board.list.getByRole('listitem')).toHaveCount(3);
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary');
  await expect(panel).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
});

test('by keyboard alone: the list is narrowed to one status and widened again', async ({ board, page, product }) => {
  await sendPictures(product.url, fixture('plain.jpg'), fixture('plain.png'));
  await board.open();
  await board.expectCount('Done', 2);
  await tabTo(page, 'Failed 0');
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Failed 0' })).toHaveAttribute('aria-pressed', 'true');
  await expect(board.list.getByRole('listitem')).toHaveCount(0);
  await page.keyboard.press('Space');
  await expect(board.list.getByRole('listitem')).toHaveCount(2);
});

test('by keyboard alone: pages are changed and the list of keys is opened', async ({ board, page }) => {
  await board.open();
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('b');
  await expect(page).toHaveURL(`${board.url}/`);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});
