/**
 * Build the console's page into `static/console/`.
 *
 * noVNC is MPL-2.0: its files are copied as they are, with their licences, into a folder of their
 * own, and our bundle imports them from there. The folder's name has the version, so that browsers
 * may keep its files.
 */
import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const novnc = join(here, '../node_modules/@novnc/novnc');
const COPIED = ['core', 'vendor', 'LICENSE.txt', 'AUTHORS', 'docs'];

/** Resolve noVNC to its copy beside the bundle. */
function besideTheBundle(folder) {
  return {
    name: 'novnc-beside-the-bundle',
    setup(build) {
      build.onResolve({ filter: /^@novnc\/novnc\/lib\/rfb$/ }, () => ({
        path: `./${folder}/core/rfb.js`,
        external: true
      }));
    }
  };
}

export async function buildConsole({ esbuild, common, target }) {
  const { version } = JSON.parse(
    readFileSync(join(novnc, 'package.json'), 'utf-8')
  );
  const folder = `novnc-${version}`;
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(target)) {
    if (name !== folder) {
      rmSync(join(target, name), { recursive: true });
    }
  }
  for (const name of COPIED) {
    cpSync(join(novnc, name), join(target, folder, name), { recursive: true });
  }
  const { metafile } = await esbuild.build({
    ...common,
    loader: { ...common.loader, '.css': 'css' },
    entryPoints: [join(here, 'page.ts'), join(here, 'page.css')],
    entryNames: '[name].[hash]',
    outdir: target,
    metafile: true,
    plugins: [besideTheBundle(folder)]
  });
  let page = readFileSync(join(here, 'index.html'), 'utf-8');
  for (const output of Object.keys(metafile.outputs)) {
    const [stem, , extension] = basename(output).split('.');
    page = page.replace(`${stem}.${extension}`, basename(output));
  }
  writeFileSync(join(target, 'index.html'), page);
}
