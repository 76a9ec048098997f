import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

const REQUIRED = /\brequire\("([^."][^"]*)"\)/g;
const PACKAGE_NAME = /^(?:@[^/]+\/)?[^/]+/;

/**
 * The npm packages that compiled TypeScript requires, by name.
 *
 * @param {string[]} directories of CommonJS, as the compiler wrote it
 * @returns {string[]}
 */
export function requiredPackages(directories) {
  const names = directories.flatMap((directory) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .flatMap((file) => [...readFileSync(join(directory, file), 'utf8').matchAll(REQUIRED)])
      .map(([, name]) => name)
      .filter((name) => !isBuiltin(name))
      .flatMap((name) => PACKAGE_NAME.exec(name) ?? []),
  );
  return [...new Set(names)].sort();
}

/**
 * The directories of npm packages and of all that they depend on, as the lockfile says and as far as they are
 * installed: a package for another platform is not.
 *
 * @param {string} project
 * @param {string[]} names dependencies of the project
 * @returns {string[]} relative to the project
 */
export function neededPackages(project, names) {
  const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  const found = new Set();
  /** @param {string} from a package's directory, '' for the project @param {string} name */
  const visit = (from, name) => {
    const directory = locate(packages, from, name);
    if (directory === undefined || found.has(directory)) return;
    found.add(directory);
    const { dependencies, optionalDependencies } = packages[directory];
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) {
      visit(directory, next);
    }
  };
  for (const name of names) visit('', name);
  return [...found].filter((directory) => existsSync(join(project, directory))).sort();
}

/**
 * As Node.js looks for a package: in the package itself, then further up.
 *
 * @param {Record<string, unknown>} packages of the lockfile
 * @param {string} from
 * @param {string} name
 */
function locate(packages, from, name) {
  for (
    let directory = from;
    ;
    directory = directory.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')
  ) {
    const candidate = `${directory && `${directory}/`}node_modules/${name}`;
    if (candidate in packages) return candidate;
    if (directory === '') return undefined;
  }
}
