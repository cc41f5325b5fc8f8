/** Remove everything that a build makes. */
import { rmSync } from 'node:fs';

for (const path of [
  'lib',
  '../qvirt_jupyter/labextension',
  '../qvirt_jupyter/static'
]) {
  rmSync(new URL(`../${path}`, import.meta.url), {
    recursive: true,
    force: true
  });
}
