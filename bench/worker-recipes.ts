import { defaultPreset, type Preset } from '#core/domain/preset.ts';

const jpeg: Preset = {
  name: 'jpeg',
  version: 1,
  title: 'The sizes of web as JPEG',
  derivatives: defaultPreset.derivatives.map(({ name, width, quality }) => ({ name, width, quality, format: 'jpeg' })),
};

/** What the worker is measured with. */
export const measured = [defaultPreset, jpeg];

export function findMeasured(name: string): Preset | undefined {
  return measured.find((preset) => preset.name === name);
}
