/** The number that was typed, with a point or a comma; null for none, undefined for what is no such number. */
export function readQuota(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return /^\d{1,12}([.,]\d{1,9})?$/.test(trimmed) ? Number(trimmed.replace(',', '.')) : undefined;
}
