'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Session } from '../../core/domain/people.ts';
import { endOtherSessions, endSession, listSessions } from '../api.ts';
import { Awaited } from '../shell/awaited.tsx';
import { ConfirmDialog } from '../shell/confirm-dialog.tsx';
import { Ago } from '../shell/elapsed.tsx';
import classes from './account.module.css';
import { deviceOf } from './device.ts';
import { Section } from './section.tsx';

/** Where one is signed in, and how to end it there. */
export function Sessions() {
  const queries = useQueryClient();
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => listSessions(signal),
    refetchOnMount: 'always',
  });
  const [isAsking, setAsking] = useState(false);
  const readAnew = () => queries.invalidateQueries({ queryKey: ['sessions'] });
  const others = useMutation({
    mutationFn: endOtherSessions,
    async onSuccess() {
      await readAnew();
      setAsking(false);
    },
  });
  return (
    <Section title="Sessions" about="Where you are signed in. End what you do not know, and change your password then.">
      <Awaited query={sessions} name="your sessions">
        {(items) => (
          <>
            <ul className={classes.rows} aria-label="Sessions">
              {items.map((session) => (
                <SessionRow key={session.id} session={session} onEnded={readAnew} />
              ))}
            </ul>
            {items.length > 1 && (
              <div className={classes.foot}>
                <Button variant="default" onClick={() => setAsking(true)}>
                  End all others
                </Button>
              </div>
            )}
          </>
        )}
      </Awaited>
      {isAsking && (
        <ConfirmDialog
          title="Sign out everywhere else?"
          keep="Keep them"
          act="End all others"
          isActing={others.isPending}
          refused={others.error?.message}
          onAct={() => others.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>Every other browser is signed out at once. You stay signed in here.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

function SessionRow({ session, onEnded }: { session: Session; onEnded: () => Promise<void> }) {
  const { id, user_agent, address, last_seen_at, current } = session;
  const end = useMutation({ mutationFn: () => endSession(id), onSuccess: onEnded });
  const device = deviceOf(user_agent);
  return (
    <li>
      <div className={classes.what}>
        <strong>
          {device}
          {current && <span className={classes.tag}>This one</span>}
        </strong>
        <span>
          Last used <Ago at={last_seen_at} />
          {address && ` from ${address}`}
        </span>
        {end.isError && (
          <span role="alert" className={classes.refused}>
            {end.error.message}
          </span>
        )}
      </div>
      {!current && (
        <Button
          size="xs"
          variant="default"
          loading={end.isPending}
          aria-label={`End the session of ${device}`}
          onClick={() => end.mutate()}
        >
          End
        </Button>
      )}
    </li>
  );
}
