import { Suspense } from 'react';
import { Board } from '../../components/board/board.tsx';

export default function BoardPage() {
  return (
    <Suspense>
      <Board />
    </Suspense>
  );
}
