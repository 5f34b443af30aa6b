import type { Chosen } from './chosen.ts';

const names = ['dunes.jpg', 'harbour.jpg', 'meadow.png'];

/** The sample pictures that come with Darkroom, as if a person had dropped them. */
export async function samplePictures(): Promise<Chosen[]> {
  return Promise.all(
    names.map(async (name) => {
      const response = await fetch(`/samples/${name}`);
      if (!response.ok) throw new Error(`The sample ${name} is missing.`);
      const bytes = await response.blob();
      return { file: new File([bytes], name, { type: bytes.type, lastModified: 0 }), folder: '' };
    }),
  );
}
