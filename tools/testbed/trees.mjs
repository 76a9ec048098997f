/**
 * The Debian trees that programs run in. All of them are of one release, so that Wine and Samba are the same
 * everywhere.
 *
 * @typedef {object} Tree
 * @property {string} name what its place in the cache begins with
 * @property {string} title what it is, for people
 * @property {string} release of Debian
 * @property {string} architecture Debian's name for it
 * @property {'apt' | 'extract'} variant of mmdebstrap; extract only unpacks, which any host can do for any architecture
 * @property {string[]} lists the files in packages/ that name its packages
 */

const RELEASE = 'trixie';

/** @type {Tree} what a session runs in */
export const sessionTree = {
  name: 'session',
  title: 'the Debian tree with Wine and Samba',
  release: RELEASE,
  architecture: 'amd64',
  variant: 'apt',
  lists: ['clients', 'domain', 'windows'],
};

/** @type {Tree} what the emulated ARM64 machine runs */
export const arm64Tree = {
  name: 'arm64',
  title: 'the Debian tree for ARM64',
  release: RELEASE,
  architecture: 'arm64',
  variant: 'extract',
  lists: ['domain', 'machine', 'windows'],
};

/** @type {Tree} what builds and runs the programs of test/instruments/sanitize */
export const compilerTree = {
  name: 'compiler',
  title: 'the Debian tree with clang',
  release: RELEASE,
  architecture: 'amd64',
  variant: 'apt',
  lists: ['compiler'],
};

/**
 * Further packages over a tree that stays as it is: who does not need them does not wait for them.
 *
 * @typedef {object} Layer
 * @property {string} name what its place in the cache begins with
 * @property {string} title what it is, for people
 * @property {Tree} base what it lies over
 * @property {string[]} lists the files in packages/ that name its packages
 */

/** @type {Layer} programs that ours talk to in tests, over the tree of a session */
export const peersLayer = {
  name: 'peers',
  title: 'the Debian packages of other servers and clients',
  base: sessionTree,
  lists: ['peers'],
};
