/** Build the terminal's page into `static/terminal/`; xterm.js is bundled. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

export async function buildPage({ esbuild, common, target }) {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const { metafile } = await esbuild.build({
    ...common,
    loader: { ...common.loader, '.css': 'css' },
    entryPoints: [join(here, 'page.ts'), join(here, 'terminal.css')],
    entryNames: '[name].[hash]',
    outdir: target,
    metafile: true
  });
  let page = readFileSync(join(here, 'index.html'), 'utf-8');
  for (const output of Object.keys(metafile.outputs)) {
    const [stem, , extension] = basename(output).split('.');
    page = page.replace(`${stem}.${extension}`, basename(output));
  }
  writeFileSync(join(target, 'index.html'), page);
}
