/** Every function of this package that takes options, and every record among them. */

import { fake } from './fake-native.js';

import {
  bytes,
  credentials,
  establishedServer,
  rawContext,
  rawCredential,
} from './fake-handles.js';

import { SECPKG_ATTR_APP_DATA } from '../../../lib/constants/context-attributes.js';
import {
  SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS,
  SECPKG_CRED_OUTBOUND,
} from '../../../lib/constants/credentials.js';
import { SECBUFFER_DATA, SECBUFFER_TOKEN } from '../../../lib/constants/sec-buffers.js';
import * as http from '../../../lib/http/index.js';
import * as high from '../../../lib/index.js';
import * as raw from '../../../lib/raw/index.js';

type Options = Record<string, unknown>;

export interface FunctionWithOptions {
  /** As its errors call it: the name, or where the record stands. */
  readonly name: string;
  /** The exports that it stands for; none where it is about a record of another entry. */
  readonly exports?: readonly string[];
  /** In front of the names of its options, in errors. */
  readonly prefix?: string;
  readonly what: string;
  /** Options that are right, with all that is required. */
  readonly valid: Options;
  /** All others. */
  readonly more: readonly string[];
  /** Those that may be undefined, as their type says. */
  readonly orUndefined?: readonly string[];
  /** Calls the function; the options are read before it returns. */
  readonly call: (options: never) => unknown;
}

const IDENTITY = { user: 'alice', password: 'secret' };
const BUFFER = { type: SECBUFFER_DATA, data: bytes('text') };
const RAW = { package: 'NTLM', use: SECPKG_CRED_OUTBOUND };
const HOSTS = { hosts: ['web'] };
const LEG = ['context', 'input', 'output', 'contextReq', 'targetDataRep', 'maxTokenBytes'];
const ACQUIRE = ['principal', 'authIdentity', 'packageList', 'onBehalfOf'];
const LOGON = [
  'schemes',
  'packages',
  'credentials',
  'authIdentity',
  'targetName',
  'portInTargetName',
  'canonicalName',
  'delegateTo',
  'sendChannelBindings',
  'connect',
  'limits',
];
const SERVER = [
  'schemes',
  'packages',
  'ntlm',
  'allow',
  'deny',
  'guests',
  'anonymous',
  'otherSchemes',
  'preflight',
  'require',
  'extendedProtection',
  'channelBindings',
  'targetNames',
  'persistKerberos',
  'reverseProxy',
  'crossSite',
  'keepContext',
  'limits',
  'logger',
  'server',
];

function functionOf(
  name: string,
  valid: Options,
  more: readonly string[],
  call: (options: never) => unknown,
  rest: Partial<FunctionWithOptions> = {},
): FunctionWithOptions {
  const what = `the options of ${name}`;
  return { name, what, exports: [name.split('.')[0] ?? name], valid, more, call, ...rest };
}

function recordOf(
  of: string,
  where: string,
  valid: Options,
  more: readonly string[],
  call: (record: never) => unknown,
): FunctionWithOptions {
  return { name: `${where} of ${of}`, what: where, prefix: `${where}.`, valid, more, call };
}

function acquisitions(): FunctionWithOptions[] {
  const forms = [
    functionOf('acquireCredentialsHandle', RAW, ACQUIRE, raw.acquireCredentialsHandle),
    functionOf('acquireCredentialsHandleSync', RAW, ACQUIRE, raw.acquireCredentialsHandleSync),
    functionOf(
      'Credentials.acquire',
      { package: 'NTLM', use: 'outbound' },
      ACQUIRE,
      high.Credentials.acquire.bind(high.Credentials),
    ),
  ];
  return forms.flatMap((form) => [
    form,
    recordOf(form.name, 'authIdentity', IDENTITY, ['domain'], (authIdentity) =>
      form.call({ ...form.valid, authIdentity } as never),
    ),
  ]);
}

function legs(): FunctionWithOptions[] {
  const credential = rawCredential();
  const client = [...LEG, 'targetName'];
  const orUndefined = ['context'];
  const forms = [
    functionOf('initializeSecurityContext', { credential }, client, raw.initializeSecurityContext),
    functionOf(
      'initializeSecurityContextSync',
      { credential },
      client,
      raw.initializeSecurityContextSync,
    ),
    functionOf('acceptSecurityContext', { credential }, LEG, raw.acceptSecurityContext),
    functionOf('acceptSecurityContextSync', { credential }, LEG, raw.acceptSecurityContextSync),
  ];
  return forms.flatMap((form) => [
    { ...form, orUndefined },
    recordOf(form.name, 'input[0]', BUFFER, [], (buffer) =>
      form.call({ credential, input: [buffer] } as never),
    ),
    recordOf(form.name, 'output[0]', { type: SECBUFFER_TOKEN }, ['size'], (buffer) =>
      form.call({ credential, output: [buffer] } as never),
    ),
  ]);
}

function completions(): FunctionWithOptions[] {
  const context = rawContext();
  const forms = [raw.completeAuthToken, raw.completeAuthTokenSync];
  return forms.flatMap((form) => [
    functionOf(form.name, { context, token: [BUFFER] }, [], form),
    recordOf(form.name, 'token[0]', BUFFER, [], (buffer) => form({ context, token: [buffer] })),
  ]);
}

function messages(): FunctionWithOptions[] {
  const context = rawContext();
  const valid = { message: [BUFFER] };
  const open = ['sequenceNumber', 'inPlace'];
  return [
    ...[raw.encryptMessage, raw.makeSignature].map((form) => ({ form, more: [...open, 'qop'] })),
    ...[raw.decryptMessage, raw.verifySignature].map((form) => ({ form, more: open })),
  ].flatMap(({ form, more }) => [
    functionOf(form.name, valid, more, (options) => form(context, options)),
    recordOf(form.name, 'message[0]', BUFFER, ['size'], (buffer) =>
      form(context, { message: [buffer] }),
    ),
  ]);
}

function restOfTheRawLevel(): FunctionWithOptions[] {
  const context = rawContext();
  const credential = rawCredential();
  fake.tokenAnswers.push([0]);
  const token = raw.adoptToken(1n);
  return [
    functionOf('duplicateToken', {}, ['type', 'level'], (options) =>
      raw.duplicateToken(token, options),
    ),
    recordOf('applyControlToken', 'input[0]', BUFFER, [], (buffer) => {
      raw.applyControlToken(context, [buffer]);
    }),
    recordOf('setContextAttributes', 'value', { flags: 0, data: bytes('') }, [], (value) => {
      raw.setContextAttributes(context, SECPKG_ATTR_APP_DATA, value);
    }),
    recordOf(
      'setCredentialsAttributes',
      'value',
      { proxyServer: 'kdc.example.com' },
      ['forceProxy'],
      (value) => {
        raw.setCredentialsAttributes(credential, SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS, value);
      },
    ),
    functionOf(
      'importSecurityContext',
      { package: 'NTLM', packed: bytes('packed') },
      ['token'],
      raw.importSecurityContext,
      { orUndefined: ['token'] },
    ),
  ].map((entry) => ({ exports: [entry.name.split(' ').at(-1) ?? ''], ...entry }));
}

async function contexts(): Promise<FunctionWithOptions[]> {
  const held = await credentials();
  const server = await establishedServer({ attr: 0x20010 });
  const shared = ['protection', 'require', 'maxTokenBytes', 'channelBindings'];
  return [
    functionOf(
      'a ClientContext',
      {},
      [...shared, 'targetName', 'mutualAuth', 'delegate'],
      (options) => new high.ClientContext(held, options),
      { exports: ['ClientContext'] },
    ),
    functionOf(
      'a ServerContext',
      {},
      [...shared, 'extendedProtection', 'targetNames'],
      (options) => new high.ServerContext(held, options),
      { exports: ['ServerContext'] },
    ),
    functionOf('wrap', {}, ['encrypt'], (options) => server.wrap(bytes('a'), options), {
      exports: [],
    }),
    functionOf('unwrap', {}, ['allowUnencrypted'], (o) => server.unwrap(bytes('a'), o), {
      exports: [],
    }),
    functionOf('AccessRules.resolve', {}, ['allow', 'deny'], (options) =>
      high.AccessRules.resolve(options),
    ),
  ];
}

function httpServers(): FunctionWithOptions[] {
  const forms: [string, (options: never) => unknown][] = [
    ['integratedAuth', http.integratedAuth],
    ['koaIntegratedAuth', http.koaIntegratedAuth],
    ['Authenticator', (options) => new http.Authenticator(options)],
    [
      'fastifyIntegratedAuth',
      (options) => http.fastifyIntegratedAuth(options)({ addHook: () => undefined }),
    ],
  ];
  return forms.flatMap(([name, call]) => {
    const within = (option: string) => (record: never) => call({ [option]: record } as never);
    return [
      functionOf('integratedAuth', {}, SERVER, call, { name, exports: [name] }),
      recordOf(name, 'packages', {}, ['Negotiate', 'NTLM'], within('packages')),
      recordOf(name, 'crossSite', { origins: ['https://a.example'] }, [], within('crossSite')),
      recordOf(
        name,
        'limits',
        { legs: 5 },
        ['tokenBytes', 'legTimeoutMs', 'handshakes', 'handshakesPerAddress', 'discardedBodyBytes'],
        within('limits'),
      ),
    ];
  });
}

function httpClients(): FunctionWithOptions[] {
  // What is in `valid` is not in `more`.
  const logon = LOGON.filter((name) => name !== 'authIdentity');
  const client = [...logon, 'mutualAuth', 'preemptive', 'proxy', 'connections'];
  const agent = [...logon, 'probe', 'maxSockets'];
  const forms: [string, string, string[], (options: never) => unknown][] = [
    ['an HTTP client', 'integratedFetch', client, http.integratedFetch],
    ['an HTTP client', 'IntegratedAgent', client, (o) => new http.IntegratedAgent(o)],
    ['an agent', 'IntegratedHttpAgent', agent, (o) => new http.IntegratedHttpAgent(o)],
    ['an agent', 'IntegratedHttpsAgent', agent, (o) => new http.IntegratedHttpsAgent(o)],
  ];
  return forms.flatMap(([what, name, more, call]) => {
    const within = (option: string) => (record: never) =>
      call({ ...HOSTS, [option]: record } as never);
    const proxy = { url: 'http://proxy:3128', hosts: ['proxy'] };
    return [
      functionOf(what, { ...HOSTS, authIdentity: IDENTITY }, more, call, { name, exports: [name] }),
      recordOf(name, 'authIdentity', IDENTITY, ['domain'], within('authIdentity')),
      recordOf(name, 'packages', {}, ['Negotiate', 'NTLM'], within('packages')),
      recordOf(
        name,
        'limits',
        { legs: 5 },
        [
          'tokenBytes',
          'legTimeoutMs',
          'bufferedBodyBytes',
          'discardedBodyBytes',
          'connectTimeoutMs',
          'headersTimeoutMs',
          'bodyTimeoutMs',
          'keepAliveTimeoutMs',
        ],
        within('limits'),
      ),
      more.includes('proxy')
        ? recordOf(name, 'proxy', proxy, ['targetName'], within('proxy'))
        : recordOf(name, 'probe', {}, ['method', 'path'], within('probe')),
    ];
  });
}

/** In groups; making one needs the fake. */
export const functionsWithOptions: Readonly<
  Record<string, () => FunctionWithOptions[] | Promise<FunctionWithOptions[]>>
> = {
  acquisitions,
  legs,
  completions,
  messages,
  'the rest of the raw level': restOfTheRawLevel,
  contexts,
  'HTTP servers': httpServers,
  'HTTP clients': httpClients,
};
