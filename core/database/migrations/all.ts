import type { Migration } from 'kysely/migration';
import * as tables from './001-tables.ts';
import * as deadLetters from './002-dead-letters.ts';
import * as accounts from './003-accounts.ts';

/** Every migration, by name, in their order. */
export const migrations: Record<string, Migration> = {
  '001-tables': tables,
  '002-dead-letters': deadLetters,
  '003-accounts': accounts,
};
