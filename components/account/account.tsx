'use client';

import { useQuery } from '@tanstack/react-query';
import { readMe } from '../api.ts';
import { Awaited } from '../shell/awaited.tsx';
import classes from './account.module.css';
import { ApiKeys } from './api-keys.tsx';
import { useMe } from './me.tsx';
import { PasswordChange } from './password-change.tsx';
import { roleWords } from './roles.ts';
import { Section } from './section.tsx';
import { Sessions } from './sessions.tsx';
import { Usage } from './usage.tsx';

/** What is one's own here: who one is, what one keeps, how one gets in. */
export function Account() {
  const { name, email, role } = useMe();
  const me = useQuery({ queryKey: ['me'], queryFn: ({ signal }) => readMe(signal), refetchOnMount: 'always' });
  return (
    <div className={classes.page}>
      <h1>Account</h1>
      <Section title="You" about="An admin can change your role.">
        <dl className={classes.facts}>
          <dt>Name</dt>
          <dd>{name}</dd>
          <dt>Email</dt>
          <dd>{email}</dd>
          <dt>Role</dt>
          <dd>
            {roleWords[role].name}
            <span className={classes.soft}>{roleWords[role].meaning}</span>
          </dd>
          <dt>You keep</dt>
          <dd>
            <Awaited query={me} name="what you keep">
              {(person) => <Usage of={person} />}
            </Awaited>
          </dd>
        </dl>
      </Section>
      <PasswordChange />
      <Sessions />
      <ApiKeys />
    </div>
  );
}
