'use client';

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { readEntrance, resetPassword } from '../api.ts';
import classes from './entrance.module.css';
import { Form, SubmitButton } from './form.tsx';
import { LinkUsedUp } from './link-used-up.tsx';
import { PasswordField, passwordProblem } from './password-field.tsx';
import { onlyProblems, refusalWords } from './refusal.ts';
import { typed, useForm } from './use-form.ts';
import { useToken } from './use-token.ts';

/** Chooses a password, by the link of an invitation or of a reset. */
export function ResetPassword() {
  const token = useToken();
  const [outcome, setOutcome] = useState<'open' | 'used up' | 'done'>(token === '' ? 'used up' : 'open');
  if (outcome === 'used up') return <NoSuchLink />;
  if (outcome === 'done') {
    return (
      <>
        <output className={classes.head}>
          <h1>Your password is set</h1>
          <p>Sign in with it. Wherever you were signed in before, you no longer are.</p>
        </output>
        <Button component="a" href="/sign-in" fullWidth>
          Sign in
        </Button>
      </>
    );
  }
  return <ChoosePassword token={token} onUsedUp={() => setOutcome('used up')} onDone={() => setOutcome('done')} />;
}

interface ChoosePasswordProps {
  token: string;
  onUsedUp: () => void;
  onDone: () => void;
}

function ChoosePassword({ token, onUsedUp, onDone }: ChoosePasswordProps) {
  const form = useForm({
    check: (data) => onlyProblems({ password: passwordProblem(typed(data, 'password')) }),
    async send(data) {
      await resetPassword(typed(data, 'password'), token);
      onDone();
    },
    explain(error) {
      if (error.code === 'invalid_token') onUsedUp();
      return { form: refusalWords(error) };
    },
  });
  return (
    <>
      <div className={classes.head}>
        <h1>Choose a password</h1>
        <p>You sign in with it and your email from now on.</p>
      </div>
      <Form form={form} aria-label="Choose a password">
        <PasswordField name="password" label="Password" isNew error={form.errors['password']} />
        <SubmitButton form={form} fullWidth>
          Set the password
        </SubmitButton>
      </Form>
    </>
  );
}

function NoSuchLink() {
  const { data: entrance } = useQuery({ queryKey: ['entrance'], queryFn: ({ signal }) => readEntrance(signal) });
  return (
    <>
      <LinkUsedUp title="This link no longer works">
        It was used already, or it is too old.
        {entrance?.password_reset === false && ' Ask an admin for a new one.'}
      </LinkUsedUp>
      {entrance?.password_reset && (
        <Button component={Link} href="/forgot-password" fullWidth>
          Get a new link
        </Button>
      )}
      <p className={classes.after}>
        <Link className={classes.link} href="/sign-in">
          Go to the sign-in
        </Link>
      </p>
    </>
  );
}
