import { createTheme, type CSSVariablesResolver } from '@mantine/core';

/** Mantine, dressed in the tokens of `app/tokens.css`: it brings behaviour, the colours are ours. */
export const theme = createTheme({
  primaryColor: 'accent',
  colors: {
    accent: [
      '#eef4ff',
      '#dbe7fd',
      '#b5cdf8',
      '#8cb1f3',
      '#689aee',
      '#4f8aea',
      '#3d7ee6',
      '#1a5bc8',
      '#174fb0',
      '#114497',
    ],
  },
  primaryShade: 7,
  defaultRadius: 8,
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif',
});

const tokens = {
  '--mantine-color-body': 'var(--page)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-soft)',
  '--mantine-color-placeholder': 'var(--ink-soft)',
  '--mantine-color-error': 'var(--failed)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-gray-light-color': 'var(--ink-soft)',
  '--mantine-color-gray-light-hover': 'var(--hover)',
  '--mantine-color-accent-light-color': 'var(--accent)',
  '--mantine-color-accent-light-hover': 'var(--hover)',
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: tokens, dark: tokens });
