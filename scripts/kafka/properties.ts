/** A file of Java's properties. In such a file a backslash, as Windows has it in paths, escapes what follows. */
export function toProperties(settings: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('');
}
