import { fake } from '../../../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { IntegratedAgent } from '../../../../lib/http/client/undici/integrated-agent.js';
import {
  IntegratedHttpAgent,
  IntegratedHttpsAgent,
} from '../../../../lib/http/client/node/integrated-http-agent.js';
import { integratedFetch } from '../../../../lib/http/client/undici/integrated-fetch.js';
import type { IntegratedClientOptions } from '../../../../lib/http/client/options.js';
import { argumentError, credentials } from '../../../instruments/support/fake-handles.js';

const hosts = ['web'];
const proxy = { url: 'http://proxy:3128', hosts: ['proxy'] };

describe('the options', () => {
  test.each<[object | null | undefined | string, RegExp]>([
    [undefined, /^the options of an HTTP client must be a plain object/],
    [null, /^the options of an HTTP client must be a plain object/],
    ['web', /^the options of an HTTP client must be a plain object/],
    [[], /^the options of an HTTP client must be a plain object/],
    [{}, /^hosts must be/],
    [{ hosts: undefined }, /^hosts must be/],
    [{ hosts: '*' }, /^hosts must be/],
    [{ hosts, host: 'x' }, /^Unknown option 'host'. Did you mean 'hosts'\?$/],
    [{ hosts, authIdentity: undefined }, /^authIdentity is undefined/],
    [{ hosts, authIdentity: { user: 'a' } }, /no password/],
    [{ hosts, credentials: undefined }, /^credentials is undefined/],
    [{ hosts, credentials: {} }, /^credentials must be/],
    [{ hosts, schemes: [] }, /^schemes must be/],
    [{ hosts, schemes: ['Basic'] }, /^schemes: 'Basic'/],
    [{ hosts, packages: { Basic: 'x' } }, /^Unknown option 'packages.Basic'$/],
    [{ hosts, targetName: '' }, /^targetName/],
    [{ hosts, targetName: undefined }, /^targetName is undefined/],
    [{ hosts, canonicalName: 'yes' }, /^canonicalName must be/],
    [{ hosts, mutualAuth: undefined }, /^mutualAuth is undefined/],
    [{ hosts, mutualAuth: null }, /^mutualAuth must be/],
    [{ hosts, mutualAuth: true, schemes: ['NTLM'] }, /NTLM/],
    [{ hosts, mutualAuth: true, packages: { Negotiate: 'NTLM' } }, /NTLM/],
    [{ hosts, sendChannelBindings: null }, /^sendChannelBindings must be/],
    [{ hosts, sendChannelBindings: undefined }, /^sendChannelBindings is undefined/],
    [{ hosts, delegateTo: 'any' }, /^delegateTo cannot be/],
    [{ hosts, delegateTo: ['*'] }, /^delegateTo\[0\]/],
    [{ hosts, delegateTo: undefined }, /^delegateTo is undefined/],
    [{ hosts, connections: 0 }, /^connections must be/],
    [{ hosts, connect: 5 }, /^connect must be/],
    [{ hosts, connect: { servername: 'other' } }, /^connect.servername cannot be set/],
    [{ hosts, connect: { host: 'other' } }, /^connect.host cannot be set/],
    [{ hosts, connect: { port: 1 } }, /^connect.port cannot be set/],
    [{ hosts, connect: { path: '/socket' } }, /^connect.path cannot be set/],
    [{ hosts, connect: { socket: {} } }, /^connect.socket cannot be set/],
    [{ hosts, limits: { legs: 0 } }, /^limits.legs must be/],
    [{ hosts, limits: { leg: 1 } }, /^Unknown option 'limits.leg'. Did you mean 'limits.legs'\?$/],
    [{ hosts, limits: [] }, /^limits must be/],
    [{ hosts, proxy: 'http://proxy' }, /^proxy must be/],
    [{ hosts, proxy: { url: 'http://proxy' } }, /^proxy.hosts must be/],
    [{ hosts, proxy: { ...proxy, url: 'https://proxy' } }, /^proxy.url must be/],
    [{ hosts, proxy: { ...proxy, url: 'http://u:p@proxy' } }, /^proxy.url must not contain a user/],
    [{ hosts, proxy: { ...proxy, url: 'http://@proxy' } }, /^proxy.url must consist of/],
    [{ hosts, proxy: { ...proxy, url: 'http://proxy/path' } }, /^proxy.url must consist of/],
    [{ hosts, proxy: { ...proxy, url: 'http://proxy?x' } }, /^proxy.url must consist of/],
    [{ hosts, proxy: { ...proxy, url: 'http:\\\\proxy' } }, /^proxy.url must consist of/],
    [{ hosts, proxy: { ...proxy, url: 'http://proxy..' } }, /^the host of proxy.url/],
    [{ hosts, proxy: { ...proxy, token: 'x' } }, /^Unknown option 'proxy.token'/],
    [{ hosts, proxy: { ...proxy, targetName: undefined } }, /^proxy.targetName is undefined/],
  ])('cannot be %j', (options, message) => {
    for (const make of [
      () => new IntegratedAgent(options as IntegratedClientOptions),
      () => integratedFetch(options as IntegratedClientOptions),
    ]) {
      expect(make).toThrow(argumentError(message));
    }
    expect(fake.log).toEqual([]);
  });

  test.each<[object, RegExp]>([
    [{ hosts, proxy }, /^Unknown option 'proxy'$/],
    [{ hosts, mutualAuth: true }, /^Unknown option 'mutualAuth'$/],
    [{ hosts, probe: 5 }, /^probe must be/],
    [{ hosts, probe: { method: 'POST' } }, /^probe.method must be/],
    [{ hosts, probe: { path: 'x' } }, /^probe.path must begin/],
    [{ hosts, probe: { path: '/ x' } }, /unescaped/],
    [{ hosts, maxSockets: 0 }, /^maxSockets must be/],
    [{ hosts, maxSockets: '2' }, /^maxSockets must be/],
    [{ hosts, maxTotalSockets: NaN }, /^maxTotalSockets must be/],
    [{ hosts, maxFreeSockets: -1 }, /^maxFreeSockets must be/],
    [{ hosts, keepAlive: 'no' }, /^keepAlive must be/],
    [{ hosts, keepAlive: undefined }, /^keepAlive is undefined/],
    [{ hosts, timeout: 1 }, /^Unknown option 'timeout'/],
    [{}, /^hosts must be/],
  ])('of agents of Node cannot be %j', (options, message) => {
    for (const Agent of [IntegratedHttpAgent, IntegratedHttpsAgent]) {
      expect(() => new Agent(options as IntegratedClientOptions)).toThrow(argumentError(message));
    }
  });

  test('an authIdentity that is there but undefined is not the user of the process', () => {
    const options = { hosts, authIdentity: undefined } as unknown as IntegratedClientOptions;
    for (const make of [IntegratedAgent, IntegratedHttpAgent, IntegratedHttpsAgent]) {
      expect(() => new make(options)).toThrow(argumentError(/authIdentity/));
    }
  });

  test('credentials are outbound ones, of one user, package and scheme', async () => {
    const inbound = await credentials({}, { use: 'inbound' });
    const outbound = await credentials({}, { use: 'outbound' });
    expect(() => new IntegratedAgent({ hosts, credentials: inbound })).toThrow(
      argumentError(/outbound/),
    );
    const both = { hosts, credentials: outbound };
    for (const more of [
      { authIdentity: { user: 'a', password: 'b' } },
      { packages: {} },
      { schemes: ['NTLM', 'Negotiate'] as const },
    ]) {
      expect(() => new IntegratedAgent({ ...both, ...more })).toThrow(argumentError());
    }
    expect(() => new IntegratedAgent({ ...both, mutualAuth: true })).toThrow(argumentError(/NTLM/));
    expect(() => new IntegratedAgent(both)).not.toThrow();
    inbound.close();
    outbound.close();
  });
});
