'use client';

import type { Person } from '../../core/domain/people.ts';
import { Usage } from '../account/usage.tsx';
import { Ago } from '../shell/elapsed.tsx';
import { initialsOf } from '../shell/initials.ts';
import classes from './people.module.css';
import { PersonMenu } from './person-menu.tsx';
import { PersonState } from './person-state.tsx';
import { RoleMenu } from './role-menu.tsx';

/** One person. */
export function PersonRow({ person, isMe }: { person: Person; isMe: boolean }) {
  const { name, email, status, last_seen_at } = person;
  return (
    <li className={classes.row} aria-label={name} data-status={status} data-person-id={person.id}>
      <div className={classes.who}>
        <span className={classes.avatar} aria-hidden="true">
          {initialsOf(name)}
        </span>
        <div className={classes.names}>
          <strong>
            {name}
            {isMe && <span className={classes.soft}> (you)</span>}
          </strong>
          <span className={classes.soft}>{email}</span>
        </div>
      </div>
      <div className={classes.role}>
        <RoleMenu person={person} isMe={isMe} />
      </div>
      <div className={classes.status}>
        <PersonState status={status} />
      </div>
      <div className={classes.seen}>
        {last_seen_at ? (
          <>
            <span className={classes.label}>Last seen </span>
            <Ago at={last_seen_at} />
          </>
        ) : (
          'Not signed in'
        )}
      </div>
      <div className={classes.kept}>
        <Usage of={person} />
      </div>
      <div className={classes.menu}>
        <PersonMenu person={person} isMe={isMe} />
      </div>
    </li>
  );
}
