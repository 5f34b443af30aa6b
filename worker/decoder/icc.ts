/** Name an ICC profile gives itself ("Display P3"), or undefined where it does not say. */
export function profileName(icc: Buffer): string | undefined {
  const tag = findTag(icc, 'desc');
  if (tag === undefined || tag.length < 28) return undefined;
  const type = tag.toString('latin1', 0, 4);
  if (type === 'desc') return clean(tag.toString('latin1', 12, 12 + tag.readUInt32BE(8)));
  if (type === 'mluc') {
    const start = tag.readUInt32BE(24);
    const utf16 = Buffer.from(tag.subarray(start, start + (tag.readUInt32BE(20) & ~1)));
    return utf16.length % 2 === 0 ? clean(utf16.swap16().toString('utf16le')) : undefined;
  }
  return undefined;
}

function findTag(icc: Buffer, signature: string): Buffer | undefined {
  const tableStart = 132;
  if (icc.length < tableStart) return undefined;
  const count = Math.min(icc.readUInt32BE(128), 100, Math.floor((icc.length - tableStart) / 12));
  for (let index = 0; index < count; index++) {
    const entry = tableStart + index * 12;
    if (icc.toString('latin1', entry, entry + 4) !== signature) continue;
    const start = icc.readUInt32BE(entry + 4);
    return icc.subarray(start, start + icc.readUInt32BE(entry + 8));
  }
  return undefined;
}

function clean(text: string): string | undefined {
  return (
    text
      .replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '')
      .trim()
      .slice(0, 80) || undefined
  );
}
