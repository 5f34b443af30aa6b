'use client';

import { Broken } from '../../components/shell/broken.tsx';

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <Broken title="This page stopped working" detail={error.message} onRetry={reset}>
      Uploads and processing are not affected.
    </Broken>
  );
}
