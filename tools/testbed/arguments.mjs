import { existsSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../support/failure.mjs';
import { DEFAULT_NODE, nodeVersions, requireNodeVersion } from './windows-node.mjs';

const project = fileURLToPath(new URL('../../', import.meta.url));

export const USAGE = `usage: npm run testbed -- [OPTION…] COMMAND [ARGUMENT…]

Runs a command in a disposable Active Directory domain with Windows' side in Wine.

  node FILE [ARGUMENT…]          Windows node.exe; FILE is relative to the project
  windows PROGRAM [ARGUMENT…]    another Windows program
  anything else                  a Linux command beside them; a shell script may use all of these

  --node VERSION       the Windows Node to use: ${nodeVersions().join(', ')} (${DEFAULT_NODE})
  --env NAME=VALUE     sets a variable for the command; may be repeated
  --peers              with the programs of packages/peers.list: a Linux Node (/usr/bin/node), servers, a browser
  --security-package FILE
                       a DLL of the project that Secur32.dll loads beside its own; may be repeated
  --help               shows this

The exit code is that of the command, or 125 where the testbed itself failed.
`;

/**
 * @param {string[]} args
 * @returns {{ help: boolean, command: string[], node: string, env: Record<string, string>, peers: boolean, securityPackages: string[] }}
 */
export function parseArguments(args) {
  const parsed = {
    help: false,
    command: [],
    node: DEFAULT_NODE,
    env: {},
    peers: false,
    securityPackages: [],
  };
  const rest = [...args];
  while (rest[0]?.startsWith('--')) {
    const [option, inline] = splitOnce(rest.shift());
    if (option === '--') break;
    if (option === '--help') return { ...parsed, help: true };
    if (option === '--peers' && inline === undefined) {
      parsed.peers = true;
      continue;
    }
    const value = inline ?? rest.shift();
    if (option === '--node' && value) {
      requireNodeVersion(value);
      parsed.node = value;
    } else if (option === '--env' && value && value.indexOf('=') > 0) {
      const [name, content] = splitOnce(value);
      parsed.env[name] = content;
    } else if (option === '--security-package' && value) {
      if (!existsSync(resolve(project, value)))
        throw new Failure(`there is no file ${value} in ${project}`);
      parsed.securityPackages.push(relative(project, resolve(project, value)));
    } else {
      throw new Failure(
        `cannot understand ${option}${value ? ` ${value}` : ''}; npm run testbed -- --help shows how`,
      );
    }
  }
  if (rest.length === 0) throw new Failure('no command given; npm run testbed -- --help shows how');
  return { ...parsed, command: rest[0] === 'node' ? nodeCommand(rest.slice(1)) : rest };
}

/** @param {string} text */
function splitOnce(text) {
  const at = text.indexOf('=');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/**
 * A missing file is told before a domain is started for it. Only where no option stands before the file: the value of
 * an option could be taken for it.
 *
 * @param {string[]} args
 */
function nodeCommand([file, ...rest]) {
  if (file === undefined)
    throw new Failure('node needs a FILE or an option: its prompt has no terminal in the testbed');
  if (file.startsWith('-')) return ['node', file, ...rest];
  const path = resolve(project, file);
  if (![path, `${path}.js`].some(existsSync))
    throw new Failure(`there is no file ${file} in ${project}`);
  const inside = relative(project, path);
  return ['node', isAbsolute(file) && !inside.startsWith('..') ? inside : file, ...rest];
}
