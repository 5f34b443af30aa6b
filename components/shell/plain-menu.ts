import classes from './plain-menu.module.css';

/** How menus look and behave: part of the region that they open from, with nothing in them but what can be chosen. */
export const plainMenu = {
  withinPortal: false,
  withInitialFocusPlaceholder: false,
  classNames: { dropdown: classes.dropdown ?? '', item: classes.item ?? '' },
};
