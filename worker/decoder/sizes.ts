import type { DerivativeRecipe } from '#core/domain/preset.ts';

export interface Size {
  width: number;
  height: number;
}

/** The longest side each output format can hold. */
const longestSide: Record<DerivativeRecipe['format'], number> = { webp: 16_383, jpeg: 65_500 };

/**
 * Size of a derivative: the recipe's width, never more than the original's, in the original's proportions. A picture so
 * tall that the format cannot hold it is made smaller as a whole; no side is ever less than a pixel.
 */
export function derivativeSize(original: Size, recipe: Pick<DerivativeRecipe, 'format' | 'width'>): Size {
  const limit = longestSide[recipe.format];
  const width = Math.min(recipe.width, original.width, limit);
  const height = atLeastOne((original.height * width) / original.width);
  if (height <= limit) return { width, height };
  return { width: atLeastOne((original.width * limit) / original.height), height: limit };
}

function atLeastOne(length: number): number {
  return Math.max(1, Math.round(length));
}
