import type { Browser } from '@playwright/test';
import { signIn } from '../e2e/admin.ts';
import type { Seen } from './live-updates.ts';

export interface WatchedBoard {
  /** Resolves once so many rows are there. */
  rows(count: number): Promise<void>;
  /** Resolves once a row shows this update, to all that was seen until then. */
  seenUntil(name: string): Promise<Seen[]>;
}

/** A board in a browser that notes when the state of a row changes, in the moment the DOM does. */
export async function openWatchedBoard(browser: Browser, url: string): Promise<WatchedBoard> {
  // High enough for some twenty rows.
  const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
  await page.addInitScript(watchRows);
  await signIn(page.request, url);
  await page.goto(url);
  await page.getByRole('banner').getByRole('status').getByText('Live').waitFor();
  return {
    rows: (count) =>
      page
        .locator('[data-task-id]')
        .nth(count - 1)
        .waitFor(),
    async seenUntil(name) {
      await page.locator('[data-task-id]', { hasText: name }).waitFor();
      return page.evaluate(() => (globalThis as unknown as { seen: Seen[] }).seen.splice(0));
    },
  };
}

/** Runs in the page. */
function watchRows(): void {
  const seen: Seen[] = [];
  Object.assign(globalThis, { seen });
  new MutationObserver((changes) => {
    const at = performance.timeOrigin + performance.now();
    for (const { target } of changes) {
      if (target instanceof HTMLElement && target.dataset.taskId) seen.push({ text: target.textContent, at });
    }
  }).observe(document, { subtree: true, attributeFilter: ['data-status'] });
}
