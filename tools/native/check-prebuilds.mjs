/**
 * Says what the prebuilt addons are made of, and fails if one cannot be shipped.
 *
 *   npm run check:prebuild [-- --arch x64|arm64] [-- --msvc]
 *
 * --msvc also asks for Control Flow Guard, which only MSVC's builds have: for a release.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { reportError } from '../support/failure.mjs';
import { readPortableExecutable } from './pe.mjs';
import { architectures, chooseArchitectures, prebuildPath, root } from './project.mjs';

const REQUIRED_CHARACTERISTICS = ['DYNAMIC_BASE', 'NX_COMPAT', 'HIGH_ENTROPY_VA'];
const REQUIRED_EXPORTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** Present on every Windows 10 and later, and loaded from System32. */
const SYSTEM_DLLS = /^(kernel32|advapi32|ntdll|api-ms-win-[\w-]+)\.dll$/;

/** To be loaded at run time, by their full path only. */
const RUN_TIME_DLLS = /^(secur32|sspicli|security)\.dll$/;

/** A host under another name, such as Electron, has no module node.exe to import from. */
const HOST = 'node.exe';

/** Paths of a build machine, which would make builds differ and tell about it. */
const BUILD_PATHS = [
  /[A-Za-z]:[\\/][\w.-]+[\\/][\w.\\/-]+/,
  /\/(?:Users|build|builds|home|mnt|opt|private|root|tmp|usr|var|work)\/[\w.-]+/,
  /node_modules/,
  /\w+\.pdb\b/,
];

/**
 * @param {string[]} checked architectures
 * @param {{ msvc?: boolean }} [options]
 * @returns {boolean} whether all of them can be shipped
 */
export function checkPrebuilds(checked, { msvc = false } = {}) {
  const faults = checked.flatMap((arch) => {
    const file = prebuildPath(arch);
    const name = file.slice(root.length + 1);
    return checkPrebuild(file, name, arch, msvc).map((fault) => `${name}: ${fault}`);
  });
  for (const fault of faults) console.error(`error: ${fault}`);
  return faults.length === 0;
}

/**
 * @param {string} file
 * @param {string} name
 * @param {string} arch
 * @param {boolean} msvc
 * @returns {string[]} what is wrong
 */
function checkPrebuild(file, name, arch, msvc) {
  let content;
  try {
    content = readFileSync(file);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return [`missing; build it with \`npm run prebuild -- --arch ${arch}\``];
  }
  let executable;
  try {
    executable = readPortableExecutable(content);
  } catch (error) {
    return [error.message];
  }
  describe(name, content, executable);
  return [
    ...headerFaults(executable, arch, msvc),
    ...importFaults(executable),
    ...pathFaults(content),
  ];
}

/**
 * @param {string} name
 * @param {Buffer} content
 * @param {import('./pe.mjs').PortableExecutable} executable
 */
function describe(name, content, executable) {
  const list = (imports) =>
    imports.map(({ dll, symbols }) => `${dll} (${symbols.length})`).join(', ') || 'none';
  console.log(
    [
      name,
      `  machine          ${executable.machine}`,
      `  size             ${content.length}`,
      `  sha256           ${createHash('sha256').update(content).digest('hex')}`,
      `  characteristics  ${executable.characteristics.join(' ')}`,
      `  imports          ${list(executable.imports)}`,
      `  delay imports    ${list(executable.delayImports)}`,
      `  exports          ${executable.exports.join(' ')}`,
    ].join('\n'),
  );
}

/**
 * @param {import('./pe.mjs').PortableExecutable} executable
 * @param {string} arch
 * @param {boolean} msvc
 * @returns {string[]}
 */
function headerFaults({ machine, characteristics, exports }, arch, msvc) {
  const required = msvc ? [...REQUIRED_CHARACTERISTICS, 'GUARD_CF'] : REQUIRED_CHARACTERISTICS;
  return [
    ...(machine === arch ? [] : [`is built for ${machine}, but its directory says ${arch}`]),
    ...required
      .filter((name) => !characteristics.includes(name))
      .map((name) => `is linked without ${name}`),
    ...REQUIRED_EXPORTS.filter((name) => !exports.includes(name)).map(
      (name) => `does not export ${name}, so Node.js would not load it`,
    ),
  ];
}

/**
 * @param {import('./pe.mjs').PortableExecutable} executable
 * @returns {string[]}
 */
function importFaults({ imports, delayImports }) {
  const faults = [];
  for (const dll of imports.map((entry) => entry.dll.toLowerCase())) {
    if (dll === HOST)
      faults.push(
        'imports node.exe; a host with another name, such as Electron, could not load it',
      );
    else if (RUN_TIME_DLLS.test(dll))
      faults.push(`imports ${dll}, which must be loaded at run time, from System32 only`);
    else if (!SYSTEM_DLLS.test(dll))
      faults.push(
        `imports ${dll}, which not every Windows has; if it does, name it in SYSTEM_DLLS`,
      );
  }
  for (const dll of delayImports.map((entry) => entry.dll.toLowerCase())) {
    if (dll !== HOST) faults.push(`delays the import of ${dll}; only node.exe is expected there`);
  }
  return faults;
}

/**
 * @param {Buffer} content
 * @returns {string[]}
 */
function pathFaults(content) {
  // As single bytes, and as UTF-16 at either alignment.
  const texts = [
    content.toString('latin1'),
    content.toString('utf16le'),
    content.subarray(1).toString('utf16le'),
  ];
  const found = new Set();
  for (const text of texts) {
    for (const path of [root, homedir()])
      if (path.length > 1 && text.includes(path)) found.add(path);
    for (const pattern of BUILD_PATHS) {
      const match = pattern.exec(text);
      if (match !== null) found.add(match[0]);
    }
  }
  return Array.from(found, (path) => `contains a path of the machine that built it: ${path}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const { values } = parseArgs({
      options: { arch: { type: 'string', multiple: true }, msvc: { type: 'boolean' } },
    });
    if (!checkPrebuilds(chooseArchitectures(values.arch, architectures), { msvc: values.msvc }))
      process.exitCode = 1;
  } catch (error) {
    reportError('check:prebuild', error);
    process.exitCode = 1;
  }
}
