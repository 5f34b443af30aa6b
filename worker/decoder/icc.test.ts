import { expect, test } from 'vitest';
import { profileName } from './icc.ts';

/** A profile whose only tag is its name, in UTF-16. */
function profileCalled(name: string): Buffer {
  const text = Buffer.from(name, 'utf16le').swap16();
  const tag = Buffer.alloc(28);
  tag.write('mluc');
  tag.writeUInt32BE(text.length, 20);
  tag.writeUInt32BE(28, 24);
  const head = Buffer.alloc(144);
  head.writeUInt32BE(1, 128);
  head.write('desc', 132);
  head.writeUInt32BE(144, 136);
  head.writeUInt32BE(28 + text.length, 140);
  return Buffer.concat([head, tag, text]);
}

test('the name of a profile is told without what cannot be seen', () => {
  expect(profileName(profileCalled('Display P3'))).toBe('Display P3');
  expect(profileName(profileCalled('\u202eD\r\nisplay\0 P3\u2066'))).toBe('Display P3');
});

test('a profile that lies about its lengths has no name, and harms nobody', () => {
  const profile = profileCalled('Display P3');
  for (const at of [128, 136, 140, 144 + 20, 144 + 24]) {
    const lying = Buffer.from(profile);
    lying.writeUInt32BE(0xffff_ffff, at);
    expect(() => profileName(lying), `at ${at}`).not.toThrow();
  }
  expect(profileName(profile.subarray(0, 150))).toBeUndefined();
});
