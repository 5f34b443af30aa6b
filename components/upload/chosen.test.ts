import { expect, test } from 'vitest';
import { chosenFrom, isClutter } from './chosen.ts';

function picked(path: string): File {
  const file = new File([], path.split('/').at(-1) ?? '');
  return Object.assign(file, { webkitRelativePath: path });
}

test('what systems leave in folders is not sent', () => {
  expect(['.DS_Store', 'Thumbs.db', 'desktop.ini', '__MACOSX'].every(isClutter)).toBe(true);
  const files = ['trip/a.jpg', 'trip/.DS_Store', 'trip/__MACOSX/b.jpg', 'trip/day 2/c.jpg'].map(picked);
  expect(chosenFrom(files).map(({ file, folder }) => [folder, file.name])).toEqual([
    ['trip', 'a.jpg'],
    ['trip/day 2', 'c.jpg'],
  ]);
});
