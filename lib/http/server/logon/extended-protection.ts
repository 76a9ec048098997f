/** Extended Protection on one connection. */

import type { Socket } from 'node:net';

import type { ExtendedProtectionOptions } from '../../../context/extended-protection.js';
import {
  comparesChannelBindings,
  type ExtendedProtection,
} from '../../../context/protection-levels.js';
import type { ServerSettings } from '../settings.js';
import { getChannelBindings, isTls } from './socket-bindings.js';

/** The level and options of the connection's contexts, or why no client can log on over it. */
export type ConnectionProtection =
  | { level: ExtendedProtection; options: ExtendedProtectionOptions }
  | { fault: 'needs TLS' | 'no bindings' };

export function getConnectionProtection(
  settings: ServerSettings,
  socket: Socket,
): ConnectionProtection {
  const { channelBindings, extendedProtection, targetNames } = settings;
  const names = targetNames === undefined ? {} : { targetNames };
  const bindings = channelBindings ?? (isTls(socket) ? getChannelBindings(socket) : undefined);
  const level = extendedProtection ?? (channelBindings || isTls(socket) ? 'always' : 'never');
  if (!comparesChannelBindings(level)) {
    return { level, options: { ...names, extendedProtection: level } };
  }
  if (bindings !== undefined) {
    return {
      level,
      options: { ...names, extendedProtection: level, channelBindings: bindings },
    };
  }
  // There is nothing to compare, which this level allows.
  if (level === 'whenSupported') {
    return { level: 'never', options: { ...names, extendedProtection: 'never' } };
  }
  return { fault: isTls(socket) ? 'no bindings' : 'needs TLS' };
}
