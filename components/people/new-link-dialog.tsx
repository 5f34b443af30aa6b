'use client';

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Person } from '../../core/domain/people.ts';
import { renewInvitation } from '../api.ts';
import { Dialog } from '../shell/dialog.tsx';
import { InvitationLink } from './invitation-link.tsx';
import classes from './people.module.css';
import { personRefusal } from './person-refusal.ts';

/** Makes a new link for a person to choose a password by. */
export function NewLinkDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const renew = useMutation({ mutationFn: () => renewInvitation(person.id) });
  return (
    <Dialog title={`A new link for ${person.name}`} onClose={onClose}>
      {renew.data ? (
        <InvitationLink invitation={renew.data} email={person.email} onClose={onClose} />
      ) : (
        <div className={classes.told}>
          <p>
            By the link they choose a new password.
            {person.status === 'active' && ' The one they have goes on working until then.'}
          </p>
          {renew.isError && (
            <p role="alert" className={classes.refused}>
              {personRefusal(renew.error)}
            </p>
          )}
          <Button loading={renew.isPending} onClick={() => renew.mutate()}>
            Make the link
          </Button>
        </div>
      )}
    </Dialog>
  );
}
