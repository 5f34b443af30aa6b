'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApiKey } from '../../core/domain/people.ts';
import { listKeys, revokeKey } from '../api.ts';
import { Awaited } from '../shell/awaited.tsx';
import { ConfirmDialog } from '../shell/confirm-dialog.tsx';
import { Ago } from '../shell/elapsed.tsx';
import { moment } from '../shell/format.ts';
import { PlusIcon } from '../shell/icons.tsx';
import { useNow } from '../shell/now.ts';
import classes from './account.module.css';
import { NewKeyDialog } from './new-key-dialog.tsx';
import { scopeWords } from './roles.ts';
import { Section } from './section.tsx';

/** The keys by which scripts act in one's name. */
export function ApiKeys() {
  const keys = useQuery({ queryKey: ['keys'], queryFn: ({ signal }) => listKeys(signal), refetchOnMount: 'always' });
  const queries = useQueryClient();
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<ApiKey | null>(null);
  const revoke = useMutation({
    mutationFn: (id: string) => revokeKey(id),
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: ['keys'] });
      setRevoked(null);
    },
  });
  return (
    <Section title="API keys" about="A script that sends a key acts in your name, within what the key allows.">
      <Awaited query={keys} name="your keys">
        {(items) =>
          items.length === 0 ? (
            <p className={classes.soft}>You have no key yet. A script needs one to send or fetch pictures.</p>
          ) : (
            <ul className={classes.rows} aria-label="API keys">
              {items.map((key) => (
                <KeyRow key={key.id} of={key} onRevoke={() => setRevoked(key)} />
              ))}
            </ul>
          )
        }
      </Awaited>
      <div className={classes.foot}>
        <Button variant="default" leftSection={<PlusIcon />} onClick={() => setMaking(true)}>
          Make a key
        </Button>
      </div>
      {isMaking && <NewKeyDialog onClose={() => setMaking(false)} />}
      {revoked && (
        <ConfirmDialog
          title="Revoke this key?"
          keep="Keep it"
          act="Revoke"
          isActing={revoke.isPending}
          refused={revoke.error?.message}
          onAct={() => revoke.mutate(revoked.id)}
          onClose={() => setRevoked(null)}
        >
          <p>
            Whatever uses <strong>{revoked.name}</strong> stops working at once. A key cannot be brought back.
          </p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

function KeyRow({ of, onRevoke }: { of: ApiKey; onRevoke: () => void }) {
  return (
    <li>
      <div className={classes.what}>
        <strong>{of.name}</strong>
        <span>
          <span className={classes.code}>{of.prefix}…</span> ·{' '}
          {of.scopes.map((scope) => scopeWords[scope].name).join(', ')}
        </span>
        <span>
          {of.last_used_at ? (
            <>
              Last used <Ago at={of.last_used_at} />
            </>
          ) : (
            'Never used'
          )}{' '}
          · made <Ago at={of.created_at} />
          {of.expires_at && <Expiry at={of.expires_at} />}
        </span>
      </div>
      <Button size="xs" variant="default" aria-label={`Revoke ${of.name}`} onClick={onRevoke}>
        Revoke
      </Button>
    </li>
  );
}

function Expiry({ at }: { at: string }) {
  const isOver = Date.parse(at) <= useNow(60_000);
  const day = new Date(at).toLocaleDateString('en-GB', { dateStyle: 'medium' });
  return (
    <time dateTime={at} title={moment(at)} className={isOver ? classes.refused : undefined}>
      {isOver ? ` · expired on ${day}` : ` · until ${day}`}
    </time>
  );
}
