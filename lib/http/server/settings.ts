/** Checks the options of a server's authentication. */

import { ChannelBindings } from '../../channel-bindings/channel-bindings.js';
import type { ExtendedProtection } from '../../context/protection-levels.js';
import type { RequirableAttribute } from '../../context/granted-attributes.js';
import { checkedRequirements } from '../../context/requirements.js';
import { checkedServicePrincipalNames } from '../../context/service-principal-names.js';
import { checkedChoice, optionNames, ownOptions } from '../../core/checks.js';
import { argumentError } from '../../core/errors.js';
import { packageKind } from '../../core/package-kinds.js';
import { checkedBoolean, checkedLimits } from '../option-checks.js';
import { checkedPackages, checkedSchemes, type Scheme } from '../schemes.js';
import { TWO_COPIES } from './authentication.js';
import type { ServerLogger } from './events.js';
import {
  DEFAULT_LIMITS,
  type IntegratedAuthOptions,
  type ReverseProxyMode,
  type ServerLimits,
} from './options.js';
import { comparesChannelBindings, PROTECTION_LEVELS } from '../../context/protection-levels.js';
import { checkedCrossSite, type CrossSitePolicy } from './request/cross-site.js';

/** The options after their checks. */
export interface ServerSettings {
  readonly schemes: readonly Scheme[];
  readonly packages: Readonly<Record<Scheme, string>>;
  readonly ntlm: boolean;
  readonly access: { allow?: readonly string[]; deny?: readonly string[] } | undefined;
  readonly guests: boolean;
  /** Whether requests without a logon pass. */
  readonly passAnonymous: boolean;
  /** Whether requests with credentials of a scheme that is not offered pass. */
  readonly passOtherSchemes: boolean;
  /** Whether CORS preflights pass without a logon. */
  readonly passPreflights: boolean;
  readonly require: readonly RequirableAttribute[];
  readonly extendedProtection: ExtendedProtection | undefined;
  readonly channelBindings: ChannelBindings | undefined;
  readonly targetNames: readonly string[] | undefined;
  readonly persistKerberos: boolean;
  readonly reverseProxy: ReverseProxyMode;
  readonly crossSite: CrossSitePolicy;
  readonly keepContext: boolean;
  readonly limits: Readonly<ServerLimits>;
  readonly logger: ServerLogger | undefined;
  readonly server: IntegratedAuthOptions['server'] | undefined;
}

const NAMES = optionNames<IntegratedAuthOptions>({
  schemes: 'optional',
  packages: 'optional',
  ntlm: 'optional',
  allow: 'optional',
  deny: 'optional',
  guests: 'optional',
  anonymous: 'optional',
  otherSchemes: 'optional',
  preflight: 'optional',
  require: 'optional',
  extendedProtection: 'optional',
  channelBindings: 'optional',
  targetNames: 'optional',
  persistKerberos: 'optional',
  reverseProxy: 'optional',
  crossSite: 'optional',
  keepContext: 'optional',
  limits: 'optional',
  logger: 'optional',
  server: 'optional',
});

const CHALLENGE_OR_PASS = ['challenge', 'pass'] as const;
const REVERSE_PROXY_MODES: readonly ReverseProxyMode[] = ['none', 'pinned', 'multiplexing'];

/** @throws TypeError `ERR_SECUR32_INVALID_ARGUMENT` */
export function checkedOptions(given: IntegratedAuthOptions): ServerSettings {
  const options = ownOptions(given, NAMES, 'integratedAuth');
  const { anonymous = 'challenge', preflight = 'refuse', reverseProxy = 'none' } = options;
  const { otherSchemes = 'challenge' } = options;
  const passAnonymous = checkedChoice(anonymous, 'anonymous', CHALLENGE_OR_PASS) === 'pass';
  const passPreflights =
    checkedChoice(preflight, 'preflight', ['refuse', 'pass'] as const) === 'pass' || passAnonymous;
  const settings: ServerSettings = {
    schemes: checkedSchemes(options.schemes),
    packages: checkedPackages(options.packages),
    ntlm: checkedBoolean(options, 'ntlm', true),
    access: getAccessOptions(options),
    guests: checkedBoolean(options, 'guests', false),
    passAnonymous,
    passOtherSchemes: checkedChoice(otherSchemes, 'otherSchemes', CHALLENGE_OR_PASS) === 'pass',
    passPreflights,
    require: checkedRequirements(options).required,
    extendedProtection:
      options.extendedProtection === undefined
        ? undefined
        : checkedChoice(options.extendedProtection, 'extendedProtection', PROTECTION_LEVELS),
    channelBindings: checkedBindings(options.channelBindings),
    targetNames:
      options.targetNames === undefined
        ? undefined
        : checkedServicePrincipalNames(options.targetNames, 'targetNames'),
    persistKerberos: checkedBoolean(options, 'persistKerberos', false),
    reverseProxy: checkedChoice(reverseProxy, 'reverseProxy', REVERSE_PROXY_MODES),
    crossSite: checkedCrossSite(options.crossSite),
    keepContext: checkedBoolean(options, 'keepContext', false),
    limits: checkedLimits(options.limits, DEFAULT_LIMITS, ['discardedBodyBytes']),
    logger: checkedLogger(options.logger),
    server: checkedServer(options.server),
  };
  refuseContradictions(settings);
  return Object.freeze(settings);
}

function refuseContradictions(settings: ServerSettings): void {
  const { ntlm, schemes, packages, reverseProxy, persistKerberos } = settings;
  if (settings.guests && settings.access !== undefined) {
    throw argumentError(
      'guests: true has no effect with allow or deny. To let guests in, list them in allow: ' +
        "'S-1-5-32-546' (Guests), or 'S-1-1-0' (everyone, including guests)",
    );
  }
  const isNtlm = schemes.some((scheme) => packageKind(packages[scheme]) === 'ntlm');
  if (!ntlm && isNtlm) throw argumentError('ntlm: false contradicts the scheme or package NTLM');
  if (reverseProxy === 'multiplexing' && (isNtlm || schemes.includes('NTLM'))) {
    throw argumentError(
      "reverseProxy: 'multiplexing' does not support NTLM, which authenticates connections",
    );
  }
  if (reverseProxy === 'multiplexing' && persistKerberos) {
    throw argumentError("reverseProxy: 'multiplexing' contradicts persistKerberos");
  }
  const { extendedProtection: level, channelBindings, targetNames } = settings;
  if (level === 'behindProxy' && targetNames === undefined) {
    throw argumentError("extendedProtection: 'behindProxy' requires targetNames");
  }
  if (channelBindings !== undefined && level !== undefined && !comparesChannelBindings(level)) {
    throw argumentError(`extendedProtection: '${level}' does not use channelBindings`);
  }
}

function getAccessOptions({ allow, deny }: IntegratedAuthOptions): ServerSettings['access'] {
  if (allow === undefined && deny === undefined) return undefined;
  return { ...(allow !== undefined && { allow }), ...(deny !== undefined && { deny }) };
}

function checkedBindings(bindings: unknown): ChannelBindings | undefined {
  if (bindings === undefined || bindings instanceof ChannelBindings) return bindings;
  const { constructor } = Object(bindings) as { constructor?: { name?: unknown } };
  const isOfOtherCopy = constructor?.name === ChannelBindings.name;
  throw argumentError(
    `channelBindings must be a ChannelBindings object${isOfOtherCopy ? `. ${TWO_COPIES}` : ''}`,
  );
}

function checkedServer(server: unknown): ServerSettings['server'] {
  if (server === undefined || (typeof server === 'object' && server !== null)) {
    return server as ServerSettings['server'];
  }
  throw argumentError('server must be a server of node:http or node:https');
}

function checkedLogger(logger: unknown): ServerLogger | undefined {
  if (logger === undefined || typeof logger === 'function') {
    return logger as ServerLogger | undefined;
  }
  throw argumentError('logger must be a function');
}
