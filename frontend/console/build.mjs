/**
 * Build the console's page into `static/console/`.
 *
 * noVNC is MPL-2.0 and spice-html5 LGPL-3.0: their files are copied as they are, with their
 * licences, into folders of their own, and our bundle imports them from there, so that anybody may
 * exchange them. A folder's name has the version, so that browsers may keep its files.
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
const modules = join(here, '../node_modules');

/** What lies beside the bundle: a package, what of it, and where a name of an import is in it. */
const BESIDE = [
  {
    folder: 'novnc',
    path: '@novnc/novnc',
    copied: ['core', 'vendor', 'LICENSE.txt', 'AUTHORS', 'docs'],
    filter: /^@novnc\/novnc\/lib\/(.+)$/,
    file: name => `core/${name}.js`
  },
  {
    folder: 'spice-html5',
    path: '@spice-project/spice-html5',
    copied: ['src', 'COPYING', 'COPYING.LESSER', 'README'],
    // For browsers without modules: nothing imports it.
    left: 'browser-es-module-loader',
    filter: /^@spice-project\/spice-html5\/(src\/.+)$/,
    file: name => name
  }
].map(each => {
  const { version } = JSON.parse(
    readFileSync(join(modules, each.path, 'package.json'), 'utf-8')
  );
  return { ...each, folder: `${each.folder}-${version}` };
});

/** Resolve the packages to their copies beside the bundle. */
const besideTheBundle = {
  name: 'beside-the-bundle',
  setup(build) {
    for (const { folder, filter, file } of BESIDE) {
      build.onResolve({ filter }, ({ path }) => ({
        path: `./${folder}/${file(filter.exec(path)[1])}`,
        external: true
      }));
    }
  }
};

export async function buildPage({ esbuild, common, target }) {
  const kept = new Set(BESIDE.map(({ folder }) => folder));
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(target)) {
    if (!kept.has(name)) {
      rmSync(join(target, name), { recursive: true });
    }
  }
  for (const { folder, path, copied, left } of BESIDE) {
    for (const name of copied) {
      cpSync(join(modules, path, name), join(target, folder, name), {
        recursive: true,
        filter: file => basename(file) !== left
      });
    }
  }
  const { metafile } = await esbuild.build({
    ...common,
    loader: { ...common.loader, '.css': 'css' },
    entryPoints: [join(here, 'page.ts'), join(here, 'screen.css')],
    entryNames: '[name].[hash]',
    outdir: target,
    metafile: true,
    plugins: [besideTheBundle]
  });
  let page = readFileSync(join(here, 'index.html'), 'utf-8');
  for (const output of Object.keys(metafile.outputs)) {
    const [stem, , extension] = basename(output).split('.');
    page = page.replace(`${stem}.${extension}`, basename(output));
  }
  writeFileSync(join(target, 'index.html'), page);
}
