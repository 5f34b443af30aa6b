/** One output file of a preset. `width` is in pixels and never enlarges: the file gets min(width, original). */
export interface DerivativeRecipe {
  name: string;
  format: 'webp' | 'jpeg';
  width: number;
  quality: number;
  /** WebP only, 0–6: 2 costs 40 % of the time of 4 for 5 % more bytes. */
  effort?: number;
}

/** A named set of derivatives. Any change to the recipes is a new version, so that old files keep their meaning. */
export interface Preset {
  name: string;
  version: number;
  title: string;
  /** Largest first: each smaller one is made from the one before it. */
  derivatives: DerivativeRecipe[];
}

const web: Preset = {
  name: 'web',
  version: 1,
  title: 'Web: three WebP sizes',
  derivatives: [
    { name: 'large', format: 'webp', width: 1920, quality: 80, effort: 2 },
    { name: 'medium', format: 'webp', width: 1024, quality: 80, effort: 2 },
    { name: 'small', format: 'webp', width: 256, quality: 80, effort: 2 },
  ],
};

export const presets: readonly Preset[] = [web];
export const defaultPreset = web;

/** The preset of that name, or undefined. */
export function findPreset(name: string): Preset | undefined {
  return presets.find((preset) => preset.name === name);
}
