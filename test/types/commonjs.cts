// What a CommonJS program in TypeScript sees of the package.

import { X509Certificate } from 'node:crypto';

import {
  AccessRules,
  ChannelBindings,
  ClientContext,
  Credentials,
  Identity,
  resolveAccount,
  ServerContext,
  setThreadLimit,
  SspiError,
  type AccessRulesOptions,
  type Account,
  type ClientContextOptions,
  type ContextAttributes,
  type CredentialsOptions,
  type ExtendedProtection,
  type ExtendedProtectionOptions,
  type IdentityGroup,
  type IdentitySource,
  type ImpersonableContext,
  type RequirableAttribute,
  type Secur32Error,
  type Secur32ErrorCode,
  type SecurityContext,
  type SecurityContextOptions,
  type ServerContextOptions,
  type SspiCall,
  type StepResult,
  type SystemError,
  type UnwrapOptions,
  type WrapOptions,
} from 'secur32';
import raw = require('secur32/raw');

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

async function highLevel(): Promise<void> {
  using credentials = await Credentials.acquire({
    package: 'Kerberos',
    use: 'both',
    principal: 'HTTP/web.example.com',
    authIdentity: { user: 'alice', domain: 'EXAMPLE', password: new Uint8Array(8) },
    packageList: ['!NTLM'],
  });
  holds<Equal<typeof credentials.expiresAt, Date | undefined>>();
  holds<Equal<typeof credentials.handle, raw.CredentialHandle>>();

  using client = new ClientContext(credentials, {
    targetName: 'HTTP/web.example.com',
    mutualAuth: true,
    protection: 'encrypt',
    maxTokenBytes: 4096,
  });
  using server = new ServerContext(credentials, { protection: 'sign' });

  holds<Equal<Awaited<ReturnType<typeof client.step>>, StepResult>>();
  const both: SecurityContext[] = [client, server];
  const common: SecurityContextOptions = { protection: 'sign', require: ['mutualAuth'] };
  const toActFor: ImpersonableContext = server;
  // @ts-expect-error A client's context is not a client to act for.
  const notToActFor: ImpersonableContext = client;
  void [both, common, toActFor, notToActFor];
  const first = await client.step();
  holds<Equal<typeof first.statusName, string>>();
  // @ts-expect-error Elsewhere a status is a number.
  void first.status;
  holds<Equal<typeof first.token, Buffer | undefined>>();
  if (first.token !== undefined) await server.step(first.token);

  holds<Equal<typeof server.attributes, ContextAttributes>>();
  holds<Equal<typeof server.sessionKey, Buffer | undefined>>();
  holds<Equal<typeof server.expiresAt, Date | undefined>>();
  holds<Equal<typeof server.negotiatedPackage, string | undefined>>();
  holds<Equal<typeof server.sizes.maxToken, number>>();
  holds<Equal<typeof server.handle, raw.ContextHandle | undefined>>();
  holds<Equal<typeof server.established, boolean>>();

  // @ts-expect-error A server always answers a token.
  await server.step();
  // @ts-expect-error Tokens are bytes, not text.
  await client.step('YIIG');
  // @ts-expect-error What the package granted is for reading.
  server.attributes.confidentiality = true;
  // @ts-expect-error Credentials are acquired, not constructed.
  new Credentials();
}

function options(): void {
  // @ts-expect-error use is missing.
  const withoutUse: CredentialsOptions = { package: 'NTLM' };
  // @ts-expect-error There is no such use.
  const unknownUse: CredentialsOptions = { package: 'NTLM', use: 'sideways' };
  // @ts-expect-error A lost identity must not become the user of the process.
  const lostIdentity: CredentialsOptions = {
    package: 'NTLM',
    use: 'outbound',
    authIdentity: undefined,
  };
  const withoutPassword: CredentialsOptions = {
    package: 'NTLM',
    use: 'outbound',
    // @ts-expect-error A user needs a password.
    authIdentity: { user: 'alice' },
  };
  // @ts-expect-error There is no such protection.
  const unknownProtection: ClientContextOptions = { protection: 'some' };
  void [withoutUse, unknownUse, lostIdentity, withoutPassword, unknownProtection];
}

function messages(context: ClientContext | ServerContext, message: Uint8Array): void {
  holds<Equal<ReturnType<typeof context.wrap>, Buffer>>();
  holds<Equal<ReturnType<typeof context.unwrap>, Buffer>>();
  holds<Equal<ReturnType<typeof context.sign>, Buffer>>();
  holds<Equal<ReturnType<typeof context.verify>, void>>();
  const signOnly: WrapOptions = { encrypt: false };
  const lenient: UnwrapOptions = { allowUnencrypted: true };
  context.verify(message, context.sign(context.unwrap(context.wrap(message, signOnly), lenient)));
  // @ts-expect-error Messages are bytes, not text.
  context.wrap('message');
  // @ts-expect-error What unwrap may take is not what wrap may do.
  context.wrap(message, { allowUnencrypted: true });
  // @ts-expect-error There is nothing to verify without a signature.
  context.verify(message);
}

async function client(context: ServerContext): Promise<void> {
  const { identity } = context;
  holds<Equal<typeof identity, Identity>>();
  holds<Equal<typeof identity.source, IdentitySource>>();
  holds<Equal<IdentitySource, 'token' | 'names' | 'none'>>();
  holds<Equal<typeof identity.sid, string | undefined>>();
  holds<Equal<typeof identity.name, string | undefined>>();
  holds<Equal<typeof identity.logonId, bigint | undefined>>();
  holds<Equal<typeof identity.impersonationLevel, raw.ImpersonationLevel | undefined>>();
  holds<Equal<typeof identity.groups, readonly IdentityGroup[] | undefined>>();
  holds<Equal<Awaited<ReturnType<typeof identity.resolveNames>>, Identity>>();
  holds<Equal<ReturnType<typeof identity.isMemberOf>, boolean>>();
  // @ts-expect-error Identities come from contexts.
  void new Identity();
  // @ts-expect-error Who it is does not change.
  identity.sid = 'S-1-5-18';
  // @ts-expect-error Nor do the groups.
  identity.groups?.push();

  const rules = await AccessRules.resolve({ allow: ['EXAMPLE\\Staff'], deny: ['S-1-5-32-544'] });
  holds<Equal<typeof rules, AccessRules>>();
  holds<Equal<ReturnType<typeof rules.permits>, boolean>>();
  // @ts-expect-error Rules are resolved, not constructed.
  new AccessRules();
  // @ts-expect-error A lost list must not let everybody in.
  const lost: AccessRulesOptions = { allow: undefined };
  // @ts-expect-error There is no such option.
  await AccessRules.resolve({ allowed: ['EXAMPLE\\Staff'] });
  holds<Equal<Awaited<ReturnType<typeof resolveAccount>>, Account>>();

  const value = context.impersonate(() => 'value');
  holds<Equal<typeof value, string>>();
  using delegated = await Credentials.acquire({
    package: 'Negotiate',
    use: 'outbound',
    onBehalfOf: context,
  });
  // @ts-expect-error A lost client must not become the user of the process.
  const lostClient: CredentialsOptions = {
    package: 'Negotiate',
    use: 'outbound',
    onBehalfOf: undefined,
  };
  void [lost, delegated, lostClient];
}

function protection(bindings: ChannelBindings, credentials: Credentials): void {
  const server: ServerContextOptions = {
    channelBindings: bindings,
    extendedProtection: 'whenSupported',
    targetNames: ['HTTP/web.example.com'],
    require: ['sequenceDetect'],
  };
  const none: ExtendedProtectionOptions = { channelBindings: null, extendedProtection: 'never' };
  const audited = new ServerContext(credentials, { ...server, extendedProtection: 'audit' });
  holds<Equal<typeof audited.channelBindingsResult, number | undefined>>();
  holds<
    Equal<ExtendedProtection, 'never' | 'whenSupported' | 'always' | 'behindProxy' | 'audit'>
  >();
  const client: ClientContextOptions = {
    targetName: 'HTTP/web.example.com',
    channelBindings: bindings,
    delegate: true,
    require: ['identify'],
  };
  // @ts-expect-error There is no such level.
  const unknownLevel: ServerContextOptions = { extendedProtection: 'sometimes' };
  // @ts-expect-error Lost bindings must not become none.
  const lostBindings: ClientContextOptions = { channelBindings: undefined };
  // @ts-expect-error A server does not delegate.
  const wrongSide: ServerContextOptions = { delegate: true };
  // @ts-expect-error Nobody requires an anonymous client.
  const unwanted: RequirableAttribute = 'nullSession';
  setThreadLimit(128);
  void [none, client, unknownLevel, lostBindings, wrongSide, unwanted];
}

function channelBindings(certificate: X509Certificate, bytes: Uint8Array): void {
  const bindings = ChannelBindings.fromCertificate(certificate);
  holds<Equal<typeof bindings, ChannelBindings | undefined>>();
  // @ts-expect-error There may be none for the certificate.
  const certain: ChannelBindings = bindings;
  void [ChannelBindings.fromCertificate(bytes), ChannelBindings.fromCertificate('-----BEGIN')];
  const unique = ChannelBindings.fromBytes(bytes);
  holds<Equal<typeof unique, ChannelBindings>>();
  holds<Equal<typeof unique.applicationData, Buffer>>();

  // @ts-expect-error Bindings are made from something, not constructed.
  new ChannelBindings(bytes);
  // @ts-expect-error Nobody changes them.
  unique.applicationData = Buffer.alloc(1);
  // @ts-expect-error What looks like bindings is none.
  const forged: ChannelBindings = { applicationData: Buffer.alloc(1) };
  // @ts-expect-error Application data is bytes, not text.
  ChannelBindings.fromBytes('tls-unique:');
  // @ts-expect-error The result of tls.TLSSocket.getPeerCertificate() has its bytes in `raw`.
  ChannelBindings.fromCertificate({ raw: bytes });
  void [certain, forged];
}

function errors(error: unknown): void {
  if (error instanceof SspiError) {
    holds<Equal<typeof error.code, string>>();
    holds<Equal<typeof error.status, number>>();
    holds<Equal<typeof error.call, SspiCall>>();
    holds<Equal<typeof error.token, Buffer | undefined>>();
    holds<Equal<typeof error.output, readonly raw.SecBuffer[]>>();
    // @ts-expect-error An error tells what happened; it is not to be changed.
    error.code = 'SEC_E_OK';
  }
  const system = error as SystemError;
  holds<Equal<typeof system.code, 'ERR_SECUR32_SYSTEM_ERROR'>>();
  holds<Equal<typeof system.systemCode, number>>();
  holds<Equal<typeof system.call, string>>();
  const other = error as Secur32Error;
  holds<Equal<typeof other.code, Secur32ErrorCode>>();
  // @ts-expect-error There is no such code.
  if (other.code === 'ERR_SECUR32_NO_SUCH_CODE') return;
}

holds<Equal<typeof raw.SspiError, typeof SspiError>>();
void [highLevel, options, messages, client, protection, channelBindings, errors];
