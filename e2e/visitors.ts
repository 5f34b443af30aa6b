import type { Page } from '@playwright/test';
import { PersonAnswer, type NewPerson, type Person } from '#core/domain/people.ts';
import type { Role } from '#core/domain/access.ts';
import { admin, ask } from './admin.ts';
import { complaintsOf, expect, test as base } from './fixtures.ts';

export { expect };

export const password = 'a password of this test';

interface Visitors {
  /** Opens a browser of its own, signed in as this person, or as nobody. The test fails if its pages complain. */
  open: (person?: { email: string; password?: string }) => Promise<Page>;
}

export const test = base.extend<Visitors>({
  async open({ browser, product }, use) {
    const complaints: (readonly string[])[] = [];
    await use(async (person) => {
      const context = await browser.newContext({ baseURL: product.url });
      const page = await context.newPage();
      complaints.push(complaintsOf(page));
      if (person) {
        const data = { email: person.email, password: person.password ?? password };
        expect((await context.request.post('/api/auth/sign-in/email', { data })).status()).toBe(200);
      }
      return page;
    });
    await Promise.all(browser.contexts().map((context) => context.close()));
    expect(complaints.flat()).toEqual([]);
  },
});

/** The admin, for `open`. */
export const asAdmin = { email: admin.email, password: admin.password };

/** Adds somebody who has a password. */
export function addPerson(url: string, role: Role, name: string = role): Promise<Person> {
  return postPerson(url, { email: emailOf(name), name, role, password });
}

/** Adds somebody who has yet to choose a password. */
export function invitePerson(url: string, name: string): Promise<Person> {
  return postPerson(url, { email: emailOf(name), name, role: 'viewer' });
}

function emailOf(name: string): string {
  return `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
}

async function postPerson(url: string, person: NewPerson): Promise<Person> {
  const body = JSON.stringify(person);
  const headers = { 'content-type': 'application/json' };
  return PersonAnswer.parse(await (await ask(`${url}/api/v1/people`, { method: 'POST', headers, body })).json());
}

/** Signs in by the form. */
export async function signInBy(page: Page, email: string, secret: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.keyboard.press('Enter');
}
