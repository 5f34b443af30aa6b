'use client';

import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useMounted } from '@mantine/hooks';
import { MoonIcon, SunIcon } from './icons.tsx';

/** What switching to the other theme is called, and how it is done. Follows the system until a person chooses. */
export function useThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: true });
  // The server knows of no choice, and the first render here has to be as the server's.
  const isDark = useMounted() && scheme === 'dark';
  const other = isDark ? 'light' : 'dark';
  return {
    words: `Use the ${other} theme`,
    icon: isDark ? <SunIcon /> : <MoonIcon />,
    change: () => setColorScheme(other),
  };
}

/** The switch as a button. */
export function ThemeToggle({ className }: { className?: string }) {
  const { words, icon, change } = useThemeSwitch();
  return (
    <ActionIcon
      {...(className !== undefined && { className })}
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={words}
      onClick={change}
    >
      {icon}
    </ActionIcon>
  );
}
