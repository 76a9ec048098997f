/** What Extended Protection asks of one connection. */

import type { Socket } from 'node:net';

import type {
  ExtendedProtection,
  ExtendedProtectionOptions,
} from '../../../context/extended-protection.js';
import type { Settings } from '../options.js';
import { bindingsOf, isTls } from './socket-bindings.js';

/** The options of its contexts, or why there can be no logon on it. */
export type ConnectionProtection =
  | { level: ExtendedProtection; options: ExtendedProtectionOptions }
  | { fault: 'needs TLS' | 'no bindings' };

export function connectionProtection(settings: Settings, socket: Socket): ConnectionProtection {
  const { channelBindings, extendedProtection, targetNames } = settings;
  const names = targetNames === undefined ? {} : { targetNames };
  const bindings = channelBindings ?? (isTls(socket) ? bindingsOf(socket) : undefined);
  const level = extendedProtection ?? (channelBindings || isTls(socket) ? 'always' : 'never');
  if (level === 'never' || level === 'behindProxy') {
    return { level, options: { ...names, extendedProtection: level } };
  }
  if (bindings !== undefined) {
    return {
      level,
      options: { ...names, extendedProtection: level, channelBindings: bindings },
    };
  }
  // There is nothing to compare, which is what this level puts up with.
  if (level === 'whenSupported') {
    return { level: 'never', options: { ...names, extendedProtection: 'never' } };
  }
  return { fault: isTls(socket) ? 'no bindings' : 'needs TLS' };
}
