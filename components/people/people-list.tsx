'use client';

import { Button, Skeleton } from '@mantine/core';
import { useMe } from '../account/me.tsx';
import { Broken } from '../shell/broken.tsx';
import { PersonRow } from './person-row.tsx';
import classes from './people.module.css';
import { usePeople } from './use-people.ts';

/** The list in each of its states: loading, failing, nobody that matches, only oneself, many. */
export function PeopleList({ q, onInvite }: { q: string; onInvite: () => void }) {
  const people = usePeople(q);
  const me = useMe();
  if (!people.data) {
    if (!people.isError) return <PeopleSkeleton />;
    return (
      <section className={classes.list}>
        <Broken
          title="The people cannot be shown"
          detail={people.error.message}
          retrying={people.isFetching}
          onRetry={() => void people.refetch()}
        />
      </section>
    );
  }
  const items = people.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <section className={`${classes.list} ${classes.nobody}`}>
        <h2>Nobody is called “{q}”</h2>
        <p>Names and emails are searched by any part of them.</p>
      </section>
    );
  }
  const isAlone = q === '' && items.length === 1 && items[0]?.id === me.id;
  return (
    <section
      className={classes.list}
      data-old={people.isPlaceholderData || undefined}
      aria-label="People with an account"
    >
      <PeopleHead />
      <ul aria-label="People">
        {items.map((person) => (
          <PersonRow key={person.id} person={person} isMe={person.id === me.id} />
        ))}
      </ul>
      {isAlone && (
        <div className={classes.nobody}>
          <h2>You are the only one here</h2>
          <p>Invite those who are to send pictures or to look at them.</p>
          <Button variant="default" onClick={onInvite}>
            Invite somebody
          </Button>
        </div>
      )}
      {people.hasNextPage && (
        <div className={classes.more}>
          {people.isFetchNextPageError && <p role="alert">The rest could not be read.</p>}
          <Button variant="default" loading={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </section>
  );
}

/** The names of the columns, for the eye: each row says them in words to a screen reader. */
function PeopleHead() {
  return (
    <div className={`${classes.row} ${classes.columns}`} aria-hidden="true">
      <span className={classes.who}>Name</span>
      <span className={classes.role}>Role</span>
      <span className={classes.status}>Status</span>
      <span className={classes.seen}>Last seen</span>
      <span className={classes.kept}>Keeps</span>
    </div>
  );
}

function PeopleSkeleton() {
  return (
    <section className={classes.list} aria-busy="true" aria-label="Loading the people">
      <PeopleHead />
      {Array.from({ length: 5 }, (_, index) => (
        <div key={index} className={classes.skeletonRow}>
          <Skeleton width={36} height={36} circle />
          <Skeleton width={`${18 + ((index * 7) % 14)}%`} height={12} />
          <Skeleton width={72} height={12} ml="auto" />
          <Skeleton width={56} height={12} />
        </div>
      ))}
    </section>
  );
}
