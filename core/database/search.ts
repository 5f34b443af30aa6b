import { sql, type Compilable } from 'kysely';
import type { Writer } from './database.ts';

/** No filename has it. Two of them before the name make its first one and two letters findable as trigrams. */
const start = '\u0001';
const trigram = 3;

/** The form in which a filename is searched: case and the ways to write an accent do not matter. */
export function searchName(filename: string): string {
  return start + start + fold(filename);
}

/**
 * What a `search_name` has to contain for the words a person typed. Three letters and more are found anywhere in the name;
 * one or two, at its start. Null where nothing is asked.
 */
export function searchNeedle(text: string): string | null {
  const folded = fold(text.trim());
  if (folded === '') return null;
  return start.repeat(Math.max(0, trigram - lettersOf(folded))) + folded;
}

/** A needle as a phrase of FTS5's query language, whatever characters it has. */
export function searchPhrase(needle: string): string {
  return `"${needle.replaceAll('"', '""')}"`;
}

export function searchInsert(trx: Writer, tasks: { seq: number; search_name: string }[]): Compilable {
  const rows = sql.join(tasks.map(({ seq, search_name }) => sql`(${seq}, ${search_name})`));
  const insert = sql`INSERT INTO task_search (rowid, filename) VALUES ${rows}`;
  return { compile: () => insert.compile(trx) };
}

export function searchDelete(trx: Writer, seq: number): Compilable {
  const remove = sql`DELETE FROM task_search WHERE rowid = ${seq}`;
  return { compile: () => remove.compile(trx) };
}

/** As the search index counts them: by code point. */
function lettersOf(text: string): number {
  return Array.from(text).length;
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll('\0', '').replaceAll(start, '');
}
