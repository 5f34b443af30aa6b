'use client';

import { Button } from '@mantine/core';
import type { Invitation } from '../../core/domain/people.ts';
import { CopyLine } from '../shell/copy-line.tsx';
import { moment } from '../shell/format.ts';
import classes from './people.module.css';

interface InvitationLinkProps {
  invitation: Invitation;
  email: string;
  onClose: () => void;
}

/** The link by which somebody gets in: on its way by mail, or to be handed over by hand. Shown this once. */
export function InvitationLink({ invitation, email, onClose }: InvitationLinkProps) {
  const { url, expires_at, sent } = invitation;
  return (
    <div className={classes.told}>
      {sent ? (
        <p>
          A mail with the link is on its way to <strong>{email}</strong>.
        </p>
      ) : (
        <>
          <p>
            No mail was sent. Give this link to <strong>{email}</strong> yourself: it is not shown again.
          </p>
          <CopyLine name="Link" text={url} />
        </>
      )}
      <p className={classes.soft}>
        It works once, until <time dateTime={expires_at}>{moment(expires_at)}</time>.
      </p>
      <Button onClick={onClose}>Done</Button>
    </div>
  );
}
