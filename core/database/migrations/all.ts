import type { Migration } from 'kysely/migration';
import * as tables from './001-tables.ts';

/** Every migration, by name, in their order. */
export const migrations: Record<string, Migration> = {
  '001-tables': tables,
};
