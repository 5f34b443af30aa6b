import type { Metadata } from 'next';
import { notFound } from 'next/navigation';

export const metadata: Metadata = { title: 'Not found' };

/** Addresses that name no page get the one for what does not exist, with all that surrounds a page. */
export default function MissingPage() {
  notFound();
}
