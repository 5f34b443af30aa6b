import type { Page } from '@playwright/test';
import { readTasks, sendPictures } from './api.ts';
import { BoardPage } from './board-page.ts';
import { fixture, writePicture } from './pictures.ts';
import { addPerson, asAdmin, expect, test } from './visitors.ts';

test('an operator sees the pictures of everyone or their own, live in both', async ({ open, product }) => {
  await sendPictures(product.url, fixture('plain.jpg'));
  const page = await open(await addPerson(product.url, 'operator', 'Grace'));
  const board = new BoardPage(page, product.url);
  await board.open();
  await expect(board.row('plain.jpg')).toContainText('not yours');
  await page.getByRole('button', { name: 'Mine' }).click();
  await expect(page).toHaveURL(`${product.url}/?scope=mine`);
  await expect(page.getByText('None of the pictures here is yours.')).toBeVisible();

  await board.choose(fixture('camera.jpg'));
  await board.expectStatus('camera.jpg', 'done');
  await sendPictures(product.url, fixture('plain.png'));
  await expect.poll(async () => (await readTasks(product.url)).every(({ status }) => status === 'done')).toBe(true);
  await expect(board.list.getByRole('listitem')).toHaveCount(1);

  await page.getByRole('button', { name: 'Everyone' }).click();
  await expect(page).toHaveURL(`${product.url}/`);
  await expect(board.list.getByRole('listitem')).toHaveCount(3);
  await sendPictures(product.url, fixture('plain.webp'));
  await board.expectStatus('plain.webp', 'done');
});

test('an uploader sees their own pictures and no others', async ({ open, product }) => {
  await sendPictures(product.url, fixture('plain.jpg'));
  const board = new BoardPage(await open(await addPerson(product.url, 'uploader', 'Lin')), product.url);
  await board.open();
  await expect(board.page.getByRole('heading', { name: 'Drop pictures here' })).toBeVisible();
  await board.choose(fixture('camera.jpg'));
  await board.expectStatus('camera.jpg', 'done');
  await expect(board.list.getByRole('listitem')).toHaveCount(1);
  const [theirs] = (await readTasks(product.url)).filter(({ filename }) => filename === 'plain.jpg');
  await board.open(`/tasks/${theirs?.id}`);
  await expect(board.page.getByRole('heading', { name: 'There is no such picture' })).toBeVisible();
});

test('a link to one’s own pictures opens with them', async ({ open, product }) => {
  await sendPictures(product.url, fixture('plain.jpg'));
  const lin = new BoardPage(await open(await addPerson(product.url, 'operator', 'Lin')), product.url);
  await lin.open('/?scope=mine');
  await expect(lin.page.getByRole('button', { name: 'Mine' })).toHaveAttribute('aria-pressed', 'true');
  await expect(lin.page.getByText('None of the pictures here is yours.')).toBeVisible();
});

test('who may look only is offered nothing else, and what they drop is not taken', async ({ open, product }) => {
  const page = await open(await addPerson(product.url, 'viewer', 'Vi'));
  const board = new BoardPage(page, product.url);
  await board.open();
  await expect(page.getByRole('heading', { name: 'There is nothing to look at yet' })).toBeVisible();
  const sent: string[] = [];
  page.on('request', (request) => request.method() !== 'GET' && sent.push(request.url()));
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(['x'], 'pasted.png', { type: 'image/png' }));
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  });
  await expect(board.uploads).toBeHidden();
  expect(sent.filter((url) => url.includes('/uploads'))).toEqual([]);
});

test('what one person left unsent in a browser is not sent by the next', async ({ open, product }, testInfo) => {
  const slow = await writePicture(testInfo.outputPath('slow.png'), { width: 1600, height: 1000 });
  const page = await open(await addPerson(product.url, 'uploader', 'Lin'));
  const board = new BoardPage(page, product.url);
  await board.open();
  await board.slowUploads(200_000);
  await board.choose(slow);
  await expect(board.uploads.getByRole('listitem', { name: /^slow.png, [1-9]\d? %/ })).toBeVisible();
  await signOut(page, 'Lin');
  await page.context().request.post('/api/auth/sign-in/email', { data: asAdmin });
  await board.open();
  await expect(page.getByRole('heading', { name: 'Drop pictures here' })).toBeVisible();
  await expect(board.uploads).toBeHidden();
});

async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Account of ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
}
