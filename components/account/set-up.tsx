'use client';

import { TextInput } from '@mantine/core';
import Link from 'next/link';
import { useState } from 'react';
import { setUp, signIn, type RequestError } from '../api.ts';
import classes from './entrance.module.css';
import { Form, SubmitButton } from './form.tsx';
import { LinkUsedUp } from './link-used-up.tsx';
import { PasswordField, passwordProblem } from './password-field.tsx';
import { emailProblem, onlyProblems, refusalWords } from './refusal.ts';
import { typed, useForm } from './use-form.ts';
import { useToken } from './use-token.ts';

/** Makes the first admin, by the link in the log of the server. */
export function SetUp() {
  const token = useToken();
  const [ended, setEnded] = useState<'no' | 'used up' | 'done by another'>(token === '' ? 'used up' : 'no');
  if (ended === 'used up') {
    return (
      <>
        <LinkUsedUp title="This set-up link no longer works">
          It was used already, or it is older than a day. If nobody has an account here yet, start the server again: it
          writes a new link to its log.
        </LinkUsedUp>
        <p className={classes.after}>
          <Link className={classes.link} href="/sign-in">
            Go to the sign-in
          </Link>
        </p>
      </>
    );
  }
  if (ended === 'done by another') {
    return (
      <LinkUsedUp title="This Darkroom is set up already">
        Somebody made the first account before you. Ask them to invite you, or{' '}
        <Link className={classes.link} href="/sign-in">
          sign in
        </Link>
        .
      </LinkUsedUp>
    );
  }
  return (
    <>
      <div className={classes.head}>
        <h1>Set up Darkroom</h1>
        <p>You are the first one here. This account may do everything, and can invite the others.</p>
      </div>
      <FirstAdmin
        token={token}
        onRefused={({ code }) => {
          if (code === 'invalid_token') setEnded('used up');
          if (code === 'conflict') setEnded('done by another');
        }}
      />
    </>
  );
}

function FirstAdmin({ token, onRefused }: { token: string; onRefused: (error: RequestError) => void }) {
  const form = useForm({
    check: (data) =>
      onlyProblems({
        name: typed(data, 'name').trim() === '' ? 'Enter your name.' : undefined,
        email: emailProblem(typed(data, 'email').trim()),
        password: passwordProblem(typed(data, 'password')),
      }),
    async send(data) {
      const [name = '', email = ''] = ['name', 'email'].map((field) => typed(data, field).trim());
      const password = typed(data, 'password');
      await setUp({ token, name, email, password });
      await signIn({ email, password });
      location.assign('/');
      return 'leaving';
    },
    explain(error) {
      onRefused(error);
      return { form: refusalWords(error) };
    },
  });
  return (
    <Form form={form} aria-label="Set up">
      <TextInput name="name" label="Name" autoComplete="name" maxLength={200} error={form.errors['name']} />
      <TextInput
        name="email"
        type="email"
        label="Email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        error={form.errors['email']}
      />
      <PasswordField name="password" label="Password" isNew error={form.errors['password']} />
      <SubmitButton form={form} fullWidth>
        Make the account
      </SubmitButton>
    </Form>
  );
}
