'use client';

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './form.module.css';
import type { FormState } from './use-form.ts';

interface FormProps {
  form: FormState;
  children: ReactNode;
  'aria-label'?: string;
}

/** A form with what is wrong with the whole of it at its head. */
export function Form({ form, children, ...named }: FormProps) {
  return (
    <form {...form.props} {...named} className={classes.form}>
      {form.errors['form'] && (
        <p role="alert" tabIndex={-1} className={classes.alert}>
          {form.errors['form']}
        </p>
      )}
      {children}
    </form>
  );
}

/** The button that sends the form. */
export function SubmitButton({
  form,
  children,
  fullWidth,
}: {
  form: FormState;
  children: ReactNode;
  fullWidth?: boolean;
}) {
  return (
    <Button
      type="submit"
      className={classes.submit}
      loading={form.isSending}
      disabled={!form.isReady}
      {...(fullWidth && { fullWidth })}
    >
      {children}
    </Button>
  );
}
