/** The Jupyter server's prefix, as the surrounding page knows it; none in VS Code. */
export function serverPrefix(): URL | null {
  const config = document.getElementById('jupyter-config-data');
  if (!config?.textContent) {
    return null;
  }
  const { baseUrl } = JSON.parse(config.textContent) as { baseUrl?: string };
  return baseUrl === undefined
    ? null
    : new URL(baseUrl.replace(/\/?$/, '/'), location.href);
}
