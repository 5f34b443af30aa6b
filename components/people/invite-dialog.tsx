'use client';

import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Role } from '../../core/domain/access.ts';
import type { PersonAnswer } from '../../core/domain/people.ts';
import { Form, SubmitButton } from '../account/form.tsx';
import { PasswordField, passwordProblem } from '../account/password-field.tsx';
import { emailProblem, onlyProblems } from '../account/refusal.ts';
import { roles, roleWords } from '../account/roles.ts';
import { typed, useForm } from '../account/use-form.ts';
import { addPerson } from '../api.ts';
import { Dialog } from '../shell/dialog.tsx';
import { InvitationLink } from './invitation-link.tsx';
import classes from './people.module.css';
import { personRefusal } from './person-refusal.ts';
import { usePeopleReadAnew } from './use-people.ts';

/** Gives somebody an account, by a link or with a password. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const [added, setAdded] = useState<PersonAnswer | null>(null);
  return (
    <Dialog title={added ? `${added.name} is invited` : 'Invite somebody'} onClose={onClose}>
      {added?.invitation ? (
        <InvitationLink invitation={added.invitation} email={added.email} onClose={onClose} />
      ) : (
        <InviteForm onAdded={(person) => (person.invitation ? setAdded(person) : onClose())} />
      )}
    </Dialog>
  );
}

const choices = roles.map((role) => ({ value: role, label: roleWords[role].name }));

function InviteForm({ onAdded }: { onAdded: (person: PersonAnswer) => void }) {
  const readAnew = usePeopleReadAnew();
  const [role, setRole] = useState<Role>('uploader');
  const [withPassword, setWithPassword] = useState(false);
  const form = useForm({
    check: (data) =>
      onlyProblems({
        email: emailProblem(typed(data, 'email').trim()),
        name: typed(data, 'name').trim() === '' ? 'Enter a name.' : undefined,
        password: withPassword ? passwordProblem(typed(data, 'password')) : undefined,
      }),
    async send(data) {
      const person = await addPerson({
        email: typed(data, 'email').trim(),
        name: typed(data, 'name').trim(),
        role,
        ...(withPassword && { password: typed(data, 'password') }),
      });
      await readAnew();
      onAdded(person);
    },
    explain: (error) => ({ [error.code === 'email_taken' ? 'email' : 'form']: personRefusal(error) }),
  });
  return (
    <Form form={form} aria-label="Invite">
      <TextInput
        name="email"
        type="email"
        label="Email"
        autoComplete="off"
        data-autofocus
        error={form.errors['email']}
      />
      <TextInput name="name" label="Name" autoComplete="off" maxLength={200} error={form.errors['name']} />
      <NativeSelect
        label="Role"
        description={roleWords[role].meaning}
        data={choices}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as Role)}
      />
      {withPassword ? (
        <PasswordField name="password" label="Password" isNew error={form.errors['password']} />
      ) : (
        <p className={classes.soft}>
          They choose a password by a link.{' '}
          <button type="button" className={classes.textButton} onClick={() => setWithPassword(true)}>
            Set one now instead
          </button>
        </p>
      )}
      <SubmitButton form={form}>{withPassword ? 'Add' : 'Invite'}</SubmitButton>
    </Form>
  );
}
