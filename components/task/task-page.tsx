'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { Story } from './story.tsx';
import classes from './task-page.module.css';

/** A picture's story on its own page. */
export function TaskPage({ id }: { id: string }) {
  const router = useRouter();
  return (
    <div className={classes.page}>
      <h1 className="hidden">Picture</h1>
      <nav aria-label="Breadcrumb" className={classes.back}>
        <Link href="/">Board</Link>
      </nav>
      <div className={classes.sheet}>
        <Story id={id} onDeleted={() => router.push('/')} />
      </div>
    </div>
  );
}
