'use client';

import { useMay } from '../account/me.tsx';
import type { BoardFilter } from './filter.ts';
import { Search } from './search.tsx';
import { StatusChips } from './status-chips.tsx';
import { OtherFilters } from './other-filters.tsx';
import classes from './toolbar.module.css';
import { WhoseSwitch } from './whose-switch.tsx';

/** What the list can be narrowed by. */
export function Toolbar({ filter }: { filter: BoardFilter }) {
  return (
    <search className={classes.toolbar} aria-label="Filter the pictures">
      {useMay('operate') && <WhoseSwitch filter={filter} />}
      <StatusChips filter={filter} />
      <OtherFilters filter={filter} />
      <Search filter={filter} />
    </search>
  );
}
