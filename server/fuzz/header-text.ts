/** What is left of a text in the value of a header: Node's parser lets nothing else through. */
export function headerText(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').trim();
}
