/** Sees every call through the functions of the addon, and writes down what passes. */

import { SECPKG_ATTR_NAMES } from '../../../../lib/constants/context-attributes.js';
import { SEC_E_UNSUPPORTED_FUNCTION } from '../../../../lib/constants/status.js';
import { isFailure } from '../../../../lib/core/status.js';
import { DECODERS, type Call } from './decoders.js';
import { FUNCTION, type Kind, type Recording } from './recording.js';

type AddonFunction = (...args: unknown[]) => unknown;

/** What is the addon's alone, and calls nothing of Windows. */
const OF_THE_ADDON: readonly string[] = [
  'liveCounts',
  'wineVersion',
  'setThreadLimit',
  'knowsChannelBindingFlags',
  'threadIsImpersonating',
];

/** Where the functions that take no handle name a package. */
const PACKAGE_ARGUMENT: Readonly<Record<string, number>> = {
  acquireCredentialsHandle: 2,
  querySecurityPackageInfo: 0,
  importSecurityContext: 0,
};

/** The functions that end a handle; only the first end reaches SSPI. */
const ENDS: readonly string[] = ['closeCredential', 'closeContext', 'closeToken'];

/** The names of test/instruments/ssp/scripted; the last two are packages of Windows elsewhere. */
const SCRIPTED = ['scripted', 'credssp', 'wdigest'];
const NAMED_NTLM = 'namedntlm';
/** The names of test/instruments/ssp/bridge. */
const BRIDGE = ['mitnegotiate', 'mitkerberos', 'mitntlm'];

function hasScripted(): boolean {
  return process.env['SECUR32_TEST_SCRIPTED'] !== undefined;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

/** A native handle; what else a tuple holds is a number, a text, bytes or nothing. */
function isHandle(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value)
  );
}

export class Recorder {
  readonly #recording: Recording;
  /** The test that runs; none before the first one. */
  readonly #title: () => string | undefined;
  /** The package of each credential, context and token. */
  readonly #packages = new WeakMap<object, string>();

  constructor(recording: Recording, title: () => string | undefined) {
    this.#recording = recording;
    this.#title = title;
  }

  /** Records all calls through these functions from now on; returns what ends it. */
  watch(binding: object): () => void {
    const functions = binding as Record<string, unknown>;
    const originals = Object.entries(functions).filter(
      ([name, value]) => typeof value === 'function' && !OF_THE_ADDON.includes(name),
    ) as [string, AddonFunction][];
    for (const [name, original] of originals) functions[name] = this.#watched(name, original);
    return () => {
      Object.assign(functions, Object.fromEntries(originals));
    };
  }

  #watched(name: string, original: AddonFunction): AddonFunction {
    return (...args) => {
      const title = this.#title();
      const packageName = this.#packageOf(name, args);
      const answer = original(...args);
      const record = (result: unknown): void => {
        this.#record({ title, name, args, packageName, result });
      };
      if (!isThenable(answer)) record(answer);
      else answer.then(record, () => undefined);
      return answer;
    };
  }

  #packageOf(name: string, args: readonly unknown[]): string | undefined {
    const named = PACKAGE_ARGUMENT[name];
    if (named !== undefined) return String(args[named]).toLowerCase();
    for (const value of args) {
      const known = isHandle(value) ? this.#packages.get(value) : undefined;
      if (known !== undefined) return known;
    }
    return undefined;
  }

  #record({
    title,
    name,
    args,
    packageName,
    result,
  }: {
    title: string | undefined;
    name: string;
    args: readonly unknown[];
    packageName: string | undefined;
    result: unknown;
  }): void {
    // The number of a refusal: nothing reached SSPI.
    if (typeof result === 'number') return;
    const tuple: readonly unknown[] = Array.isArray(result) ? result : [];
    if (packageName !== undefined && isHandle(tuple[1])) {
      this.#packages.set(tuple[1], packageName);
    }
    if (ENDS.includes(name)) {
      if (packageName === undefined) return;
      this.#packages.delete(args[0] as object);
    }
    if (title === undefined) return;

    const see = (kind: Kind) => (group: string, value: number | string) => {
      this.#recording.add(title, kind, group, value);
    };
    const status = typeof tuple[0] === 'number' ? tuple[0] >>> 0 : undefined;
    const kind = kindOf(packageName, mayBeOwn(name, args, status));
    if (status !== undefined) see(kind)('STATUS', status);
    // Who does not have the function has done nothing of what was asked.
    if (status === SEC_E_UNSUPPORTED_FUNCTION) return;
    see(kind)(FUNCTION, name);
    const call: Call = { args, tuple, see: see(kind), seeOf: (other) => see(kindOf(other)) };
    DECODERS.get(name)?.(call);
  }
}

/** Where no package is named it is the system that answers. */
function kindOf(packageName: string | undefined, ownAnswer = false): Kind {
  const lower = packageName?.toLowerCase() ?? '';
  if (SCRIPTED.includes(lower)) return hasScripted() ? 'scripted' : 'real';
  if (BRIDGE.includes(lower)) return 'bridge';
  return lower === NAMED_NTLM && ownAnswer ? 'scripted' : 'real';
}

/** What NamedNTLM may not have from NTLM: the name of the user, and a failure. */
function mayBeOwn(name: string, args: readonly unknown[], status: number | undefined): boolean {
  if (status !== undefined && isFailure(status)) return true;
  return name === 'queryContextAttributes' && args[1] === SECPKG_ATTR_NAMES;
}
