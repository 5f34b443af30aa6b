import type { Metadata } from 'next';
import { TaskPage } from '../../../../components/task/task-page.tsx';

export const metadata: Metadata = { title: 'Picture' };

export default async function TaskRoute({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <TaskPage id={id} />;
}
