/**
 * Look as the JupyterLab around us does, also when its theme changes.
 *
 * The page is framed by a page of the same origin, whose custom properties can be read.
 */
const PROPERTIES = [
  '--jp-layout-color0',
  '--jp-layout-color1',
  '--jp-layout-color2',
  '--jp-layout-color3',
  '--jp-border-color1',
  '--jp-border-color2',
  '--jp-border-radius',
  '--jp-brand-color1',
  '--jp-brand-color2',
  '--jp-error-color1',
  '--jp-warn-color1',
  '--jp-success-color1',
  '--jp-ui-font-color0',
  '--jp-ui-font-color1',
  '--jp-ui-font-color2',
  '--jp-ui-inverse-font-color1',
  '--jp-ui-font-family',
  '--jp-ui-font-size1',
  '--jp-ui-font-size2',
  '--jp-content-font-family',
  '--jp-code-font-family',
  '--jp-elevation-z4'
];

function copy(from: HTMLElement): void {
  const root = document.documentElement;
  const style = getComputedStyle(from);
  for (const name of PROPERTIES) {
    const value = style.getPropertyValue(name).trim();
    if (value) {
      root.style.setProperty(name, value);
    } else {
      root.style.removeProperty(name);
    }
  }
  const light = from.dataset.jpThemeLight;
  if (light !== undefined) {
    root.style.colorScheme = light === 'true' ? 'light' : 'dark';
  }
}

/** Take the theme of the surrounding page over, and follow its changes. */
export function followTheme(onChange?: () => void): void {
  const outer = window.parent;
  if (outer === window) {
    return;
  }
  const body = outer.document.body;
  copy(body);
  const again = () => {
    copy(body);
    onChange?.();
  };
  // JupyterLab names the theme when its style sheet is there, but a theme may load more of them.
  const observer = new MutationObserver(() => {
    again();
    setTimeout(again, 300);
  });
  observer.observe(body, {
    attributes: true,
    attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light', 'class']
  });
  observer.observe(outer.document.documentElement, {
    attributes: true,
    attributeFilter: ['style', 'class', 'data-theme']
  });
  window.addEventListener('pagehide', () => observer.disconnect());
}
