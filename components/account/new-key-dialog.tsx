'use client';

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Ability } from '../../core/domain/access.ts';
import type { ApiKeyAnswer } from '../../core/domain/people.ts';
import { createKey } from '../api.ts';
import { CopyLine } from '../shell/copy-line.tsx';
import { Dialog } from '../shell/dialog.tsx';
import classes from './account.module.css';
import { Form, SubmitButton } from './form.tsx';
import { useMe } from './me.tsx';
import { onlyProblems, refusalWords } from './refusal.ts';
import { scopeWords } from './roles.ts';
import { typed, useForm } from './use-form.ts';

const dayMs = 86_400_000;
const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: '', label: 'Until it is revoked' },
];

/** Makes a key, then shows it, this once. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<ApiKeyAnswer | null>(null);
  return (
    <Dialog title={made ? 'Your new key' : 'Make a key'} onClose={onClose}>
      {made ? <Secret made={made} onClose={onClose} /> : <KeyForm onMade={setMade} />}
    </Dialog>
  );
}

function KeyForm({ onMade }: { onMade: (made: ApiKeyAnswer) => void }) {
  const { abilities } = useMe();
  const queries = useQueryClient();
  const form = useForm({
    check: (data) =>
      onlyProblems({
        name: typed(data, 'name').trim() === '' ? 'Give it a name to know it by.' : undefined,
        form: data.has('scope') ? undefined : 'A key has to allow something.',
      }),
    async send(data) {
      const days = Number(typed(data, 'days'));
      onMade(
        await createKey({
          name: typed(data, 'name').trim(),
          scopes: data.getAll('scope') as Ability[],
          ...(days > 0 && { expires_at: new Date(Date.now() + days * dayMs).toISOString() }),
        }),
      );
      void queries.invalidateQueries({ queryKey: ['keys'] });
    },
    explain: (error) => ({ form: refusalWords(error) }),
  });
  return (
    <Form form={form} aria-label="Make a key">
      <TextInput
        name="name"
        label="Name"
        placeholder="Nightly import"
        autoComplete="off"
        maxLength={200}
        data-autofocus
        error={form.errors['name']}
      />
      <fieldset className={classes.scopes}>
        <legend>It may</legend>
        {abilities.map((ability) => (
          <label key={ability} className={classes.check}>
            <input
              type="checkbox"
              name="scope"
              value={ability}
              defaultChecked={ability === 'read' || ability === 'upload'}
            />
            <span>
              {scopeWords[ability].name}
              <small>{scopeWords[ability].meaning}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <NativeSelect name="days" label="It works for" data={lifetimes} defaultValue="90" />
      <SubmitButton form={form}>Make the key</SubmitButton>
    </Form>
  );
}

function Secret({ made, onClose }: { made: ApiKeyAnswer; onClose: () => void }) {
  return (
    <div className={classes.secret}>
      <p>Copy it now and keep it where secrets are kept: it is not shown again.</p>
      <CopyLine name="Key" text={made.key} />
      <p className={classes.soft}>To try it:</p>
      <CopyLine name="Command" text={`curl -H 'Authorization: Bearer ${made.key}' ${location.origin}/api/v1/me`} />
      <Button onClick={onClose}>I have kept it</Button>
    </div>
  );
}
