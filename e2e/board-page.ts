import { expect, type Locator, type Page } from '@playwright/test';

type Status = 'queued' | 'running' | 'retrying' | 'done' | 'failed' | 'cancelled';

/** The board, in the words of a person who looks at it. */
export class BoardPage {
  readonly page: Page;
  readonly url: string;
  readonly list: Locator;
  readonly uploads: Locator;
  readonly live: Locator;

  constructor(page: Page, url: string) {
    this.page = page;
    this.url = url;
    this.list = page.getByRole('list', { name: 'Pictures' });
    this.uploads = page.getByRole('region', { name: 'Uploads' });
    this.live = page.getByRole('banner').getByRole('status');
  }

  async open(path = '/'): Promise<void> {
    await this.page.goto(this.url + path);
    await expect(this.live).toHaveText('Live');
  }

  /** Chooses files by the picker. */
  async choose(...files: string[]): Promise<void> {
    await this.#pick('Choose pictures', files);
  }

  async chooseFolder(folder: string): Promise<void> {
    await this.#pick('Choose a folder', folder);
  }

  async #pick(button: string, files: string | string[]): Promise<void> {
    const picker = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: button }).click();
    await (await picker).setFiles(files);
  }

  /** Drags files or folders of this machine over the page and lets go, as a person does. */
  async drop(...paths: string[]): Promise<void> {
    const devtools = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files: paths, dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await devtools.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
    }
    await devtools.detach();
  }

  /** Makes this page's connection send no faster than so. */
  async slowUploads(bytesPerSecond: number): Promise<void> {
    const devtools = await this.page.context().newCDPSession(this.page);
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: bytesPerSecond,
    });
  }

  row(filename: string): Locator {
    return this.list.getByRole('listitem').filter({ hasText: filename });
  }

  /** What the rows on the screen show, by task. */
  async statuses(): Promise<Record<string, string>> {
    const rows = await this.list.getByRole('listitem').all();
    const shown = rows.map((row) => Promise.all([row.getAttribute('data-task-id'), row.getAttribute('data-status')]));
    return Object.fromEntries(await Promise.all(shown));
  }

  /** Opens the picture: in a panel beside the list, or on a narrow screen on its own page. */
  async openPicture(filename: string): Promise<void> {
    await this.row(filename).getByRole('link').click();
  }

  async expectStatus(filename: string, status: Status): Promise<void> {
    await expect(this.row(filename)).toHaveAttribute('data-status', status);
  }

  /** Waits until the chip of the status shows the number. */
  async expectCount(status: 'All' | Capitalize<Status>, count: number, options?: { timeout: number }): Promise<void> {
    const chip = this.page
      .getByRole('group', { name: 'Status' })
      .getByRole('button', { name: `${status} ${count}`, exact: true });
    await expect(chip).toBeVisible(options);
  }
}
