import { DarkroomError } from '#core/errors.ts';
import { defaultPreset, findPreset, type Preset } from '#core/domain/preset.ts';

/** What a person says about a file. */
export interface Declaration {
  filename: string;
  preset: Preset;
  batch: string | null;
}

export type Said = Record<'filename' | 'preset' | 'batch', string | null | undefined>;

const longestFilename = 255;
const longestBatch = 100;

/** Checks and bounds what was said. Throws `unknown_preset`, or `bad_request` for a batch that is not an id. */
export function declare(said: Said): Declaration {
  const preset = said.preset ? findPreset(said.preset) : defaultPreset;
  if (!preset) {
    throw new DarkroomError('unknown_preset', `There is no preset ${JSON.stringify(said.preset?.slice(0, 100))}.`);
  }
  return { filename: cleanFilename(said.filename ?? ''), preset, batch: checkedBatch(said.batch ?? '') };
}

function checkedBatch(batch: string): string | null {
  if (batch === '') return null;
  if (batch.length <= longestBatch && /^[A-Za-z0-9_-]+$/.test(batch)) return batch;
  throw new DarkroomError('bad_request', `A batch is named by up to ${longestBatch} of A–Z, a–z, 0–9, _ and -.`);
}

/** The last part of the path, without what cannot be seen, and no longer than a file system takes. */
function cleanFilename(given: string): string {
  const name = given.toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const visible = name.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '').trim();
  return Array.from(visible).slice(0, longestFilename).join('').trim() || 'untitled';
}
