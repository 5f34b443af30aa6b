import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { readTasks, sendPictures } from './api.ts';
import type { BoardPage } from './board-page.ts';
import { expect, test, type Product } from './fixtures.ts';
import { fixture } from './pictures.ts';

/** Everything a person can come to see, each shown with real pictures behind it. */
const states: Record<string, (seen: { board: BoardPage; page: Page; product: Product }) => Promise<void>> = {
  async 'the board of the first run'({ board, page }) {
    await board.open();
    await expect(page.getByRole('heading', { name: 'Drop pictures here' })).toBeVisible();
  },
  async 'the board with pictures'({ board, product }) {
    await developAll(board, product);
  },
  async 'a panel beside the board'({ board, page, product }) {
    await developAll(board, product);
    await board.openPicture('plain.jpg');
    await expect(page.getByRole('complementary')).toBeVisible();
  },
  async 'a filter that nothing passes'({ board, page, product }) {
    await developAll(board, product);
    await page.getByRole('searchbox').fill('no such picture');
    await expect(board.list.getByRole('listitem')).toHaveCount(0);
  },
  async 'the board without its server'({ board, product }) {
    await developAll(board, product);
    await product.server.kill();
    await expect(board.live).toContainText('Offline');
  },
  async 'refused uploads'({ board }) {
    await board.open();
    await board.choose(fixture('README.md'), fixture('plain.png'));
    await expect(board.uploads.getByRole('listitem', { name: 'README.md, Refused' })).toBeVisible();
    await board.expectStatus('plain.png', 'done');
  },
  async 'the list of keys'({ board, page }) {
    await board.open();
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  async "a picture's page"({ board, page, product }) {
    await developAll(board, product);
    const [task] = await readTasks(product.url);
    await board.open(`/tasks/${task?.id}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  },
  async 'the overview'({ board, page, product }) {
    await developAll(board, product);
    await board.open('/overview');
    await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  },
  async 'a page that is not there'({ page, board }) {
    await page.goto(`${board.url}/nothing`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  },
  async 'a task that is not there'({ page, board }) {
    await page.goto(`${board.url}/tasks/00000000-0000-4000-8000-000000000000`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  },
};

async function developAll(board: BoardPage, product: Product): Promise<void> {
  await sendPictures(product.url, fixture('plain.jpg'), fixture('truncated.png'), fixture('animated.gif'));
  await board.open();
  await expect(board.list.locator('[data-status="queued"], [data-status="running"]')).toHaveCount(0);
  await expect(board.list.getByRole('listitem')).toHaveCount(3);
}

for (const [name, show] of Object.entries(states)) {
  test(`axe finds nothing on ${name}, light and dark, wide and narrow`, async ({ board, page, product }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await show({ board, page, product });
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

test('a phone of 390 px drops, watches and opens a picture', async ({ board, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await board.open();
  await board.choose(fixture('camera.jpg'));
  await board.expectStatus('camera.jpg', 'done');
  await board.openPicture('camera.jpg');
  await expect(page).toHaveURL(/\/tasks\//);
  await expect(page.getByRole('heading', { name: 'camera.jpg' })).toBeVisible();
});

test('the theme that a person chose stays', async ({ board, page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await board.open();
  await page.getByRole('button', { name: 'Use the dark theme' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await page.getByRole('button', { name: 'Use the light theme' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'light');
});
