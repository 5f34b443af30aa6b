'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changePassword } from '../api.ts';
import { CheckIcon } from '../shell/icons.tsx';
import classes from './account.module.css';
import { Form, SubmitButton } from './form.tsx';
import { useMe } from './me.tsx';
import { PasswordField, passwordProblem } from './password-field.tsx';
import { onlyProblems, refusalWords } from './refusal.ts';
import { Section } from './section.tsx';
import { typed, useForm } from './use-form.ts';

/** Changes one's password, and may end what was signed in with the one before. */
export function PasswordChange() {
  const { email } = useMe();
  const queries = useQueryClient();
  const [isDone, setDone] = useState(false);
  const form = useForm({
    check(data) {
      setDone(false);
      return onlyProblems({
        current: typed(data, 'current') === '' ? 'Enter your present password.' : undefined,
        new: passwordProblem(typed(data, 'new')),
      });
    },
    async send(data) {
      await changePassword({
        currentPassword: typed(data, 'current'),
        newPassword: typed(data, 'new'),
        revokeOtherSessions: data.has('elsewhere'),
      });
      setDone(true);
      await queries.invalidateQueries({ queryKey: ['sessions'] });
    },
    explain: (error) =>
      error.code === 'wrong_password'
        ? { current: 'This is not your present password.' }
        : { form: refusalWords(error) },
  });
  return (
    <Section title="Password" about="What you sign in with here. Single sign-on, where there is one, needs none.">
      <div className={classes.narrow}>
        <Form form={form} aria-label="Change password">
          {/* Tells password managers whose password it is. */}
          <input
            className="hidden"
            type="email"
            autoComplete="username"
            value={email}
            readOnly
            tabIndex={-1}
            aria-hidden="true"
          />
          <PasswordField name="current" label="Present password" error={form.errors['current']} />
          <PasswordField name="new" label="New password" isNew error={form.errors['new']} />
          <label className={classes.check}>
            <input type="checkbox" name="elsewhere" defaultChecked />
            <span>Sign out everywhere else</span>
          </label>
          <div className={classes.foot}>
            <SubmitButton form={form}>Change password</SubmitButton>
            <output>
              {isDone && (
                <span className={classes.done}>
                  <CheckIcon />
                  Changed
                </span>
              )}
            </output>
          </div>
        </Form>
      </div>
    </Section>
  );
}
