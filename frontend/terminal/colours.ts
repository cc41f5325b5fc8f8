/**
 * The colours of the terminal: those of the JupyterLab around it, light or dark.
 *
 * The sixteen of the guest's programs are chosen for either background; xterm.js sees to it that
 * what a program picks itself can be read.
 */
import type { ITheme } from '@xterm/xterm';

const LIGHT: ITheme = {
  black: '#1f2328',
  red: '#b3261e',
  green: '#1b6e2f',
  yellow: '#7a5200',
  blue: '#0b57d0',
  magenta: '#7b2fa8',
  cyan: '#00636f',
  white: '#5f6368',
  brightBlack: '#57606a',
  brightRed: '#c4321f',
  brightGreen: '#23752f',
  brightYellow: '#8a5a00',
  brightBlue: '#1967d2',
  brightMagenta: '#8e44ad',
  brightCyan: '#00707d',
  brightWhite: '#3c4043'
};

const DARK: ITheme = {
  black: '#5c6370',
  red: '#ff7b72',
  green: '#7ee787',
  yellow: '#e3b341',
  blue: '#79c0ff',
  magenta: '#d2a8ff',
  cyan: '#76e3ea',
  white: '#d0d7de',
  brightBlack: '#8b949e',
  brightRed: '#ffa198',
  brightGreen: '#a5f0ab',
  brightYellow: '#f2cc60',
  brightBlue: '#a5d6ff',
  brightMagenta: '#e2c5ff',
  brightCyan: '#b3f0f5',
  brightWhite: '#ffffff'
};

/** What search marks, in the one form that it takes (#RRGGBB). */
export interface Marks {
  match: string;
  active: string;
}

export interface Colours {
  theme: ITheme;
  marks: Marks;
}

/** Return the colours for the page as it looks now. */
export function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const dark = style.colorScheme === 'dark';
  const value = (name: string, otherwise: string) =>
    style.getPropertyValue(name).trim() || otherwise;
  const background = value('--jp-layout-color0', dark ? '#111111' : '#ffffff');
  const foreground = dark ? '#e6e6e6' : '#1f2328';
  return {
    theme: {
      ...(dark ? DARK : LIGHT),
      background,
      foreground,
      cursor: value('--jp-brand-color1', foreground),
      cursorAccent: background,
      selectionBackground: dark ? '#2f5f9e' : '#b3d4ff',
      selectionInactiveBackground: dark ? '#2f5f9e' : '#8ab8f5',
      scrollbarSliderBackground: dark ? '#ffffff33' : '#00000033',
      scrollbarSliderHoverBackground: dark ? '#ffffff66' : '#00000066',
      scrollbarSliderActiveBackground: dark ? '#ffffff88' : '#00000088'
    },
    marks: dark
      ? { match: '#5c4a00', active: '#b37400' }
      : { match: '#ffe08a', active: '#ff9632' }
  };
}
