import type { Selectable } from 'kysely';
import type { DeadLetterPreview } from '#core/database/dead-letters.ts';
import type { DeadLetterRow } from '#core/database/schema.ts';
import type { DeadLetter, DeadLetterDetails } from '#core/domain/api.ts';

/** A dead letter as the API gives it, of which there may be only the beginning. */
export function showDeadLetter(row: DeadLetterPreview): DeadLetter {
  const { seq: _, dlq_partition: __, dlq_offset: ___, group_name: group, key_length, ...shown } = row;
  const truncated = (row.value?.length ?? 0) < row.bytes || (row.key?.length ?? 0) < key_length;
  return { ...shown, group, ...readable(row.value, truncated), truncated };
}

/** A dead letter with all that is kept of it. */
export function showWholeDeadLetter({ headers, ...row }: Selectable<DeadLetterRow>): DeadLetterDetails {
  const whole = { ...row, bytes: row.value?.length ?? 0, key_length: row.key?.length ?? 0 };
  return { ...showDeadLetter(whole), headers: JSON.parse(headers) as Record<string, string> };
}

/** A cut may go through a character: what there is of it is left out. */
function readable(bytes: Uint8Array | null, isCut: boolean): Pick<DeadLetter, 'value' | 'encoding'> {
  if (bytes === null) return { value: null, encoding: 'utf-8' };
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { value: decoder.decode(bytes, { stream: isCut }), encoding: 'utf-8' };
  } catch {
    return { value: Buffer.from(bytes).toString('base64'), encoding: 'base64' };
  }
}
