// What an ESM program in TypeScript sees of the package, above all of its raw level.

import { ChannelBindings, Credentials, ServerContext, SspiError } from 'secur32';
import {
  ASC_REQ_CONNECTION,
  ASC_REQ_EXTENDED_ERROR,
  ISC_REQ_CONNECTION,
  ISC_REQ_MUTUAL_AUTH,
  SECBUFFER_ALERT,
  SECBUFFER_DATA,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
  SECPKG_ATTR_ACCESS_TOKEN,
  SECPKG_ATTR_APP_DATA,
  SECPKG_ATTR_DTLS_MTU,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_SIZES,
  SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES,
  SECPKG_ATTR_SUPPORTED_ALGS,
  SECPKG_ATTR_UI_INFO,
  SECPKG_CONTEXT_EXPORT_DELETE_OLD,
  SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS,
  SECPKG_CRED_ATTR_NAMES,
  SECPKG_CRED_INBOUND,
  SECPKG_CRED_OUTBOUND,
  SECQOP_WRAP_NO_ENCRYPT,
  SspiError as RawSspiError,
  acceptSecurityContext,
  acceptSecurityContextSync,
  acquireCredentialsHandle,
  acquireCredentialsHandleSync,
  adoptToken,
  applyControlToken,
  ascReqBits,
  ascRetNames,
  completeAuthToken,
  decryptMessage,
  deleteSecurityContext,
  duplicateToken,
  duplicateTokenInto,
  encryptMessage,
  exportSecurityContext,
  freeCredentialsHandle,
  importSecurityContext,
  initializeSecurityContext,
  initializeSecurityContextSync,
  iscReqBits,
  liveCounts,
  lookupAccountNames,
  lookupAccountSids,
  makeSignature,
  queryContextAttributes,
  queryCredentialsAttributes,
  querySecurityContextToken,
  querySecurityPackageInfo,
  setContextAttributes,
  setCredentialsAttributes,
  tokenInformation,
  verifySignature,
  type AccountLookup,
  type AccountUse,
  type AscReq,
  type Claim,
  type ContextHandle,
  type ContextSizes,
  type CredentialHandle,
  type ElevationType,
  type ExportedSecurityContext,
  type ImpersonationLevel,
  type IscReq,
  type LegResult,
  type MessageResult,
  type NegotiationInfo,
  type OpenedMessageResult,
  type ProtectedSecBuffer,
  type SecPkgInfo,
  type TokenGroup,
  type TokenHandle,
  type TokenInformation,
} from 'secur32/raw';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_ extends true>(): void {}

async function legs(token: Uint8Array): Promise<LegResult> {
  const { credential, expiry } = await acquireCredentialsHandle({
    package: 'Negotiate',
    use: SECPKG_CRED_INBOUND,
  });
  holds<Equal<typeof credential, CredentialHandle>>();
  holds<Equal<typeof expiry, bigint>>();
  using outbound = acquireCredentialsHandleSync({
    package: 'NTLM',
    use: SECPKG_CRED_OUTBOUND,
    authIdentity: { user: 'alice', password: 'secret' },
  }).credential;

  const first = await initializeSecurityContext({
    credential: outbound,
    targetName: 'HTTP/web.example.com',
    contextReq: [ISC_REQ_CONNECTION, ISC_REQ_MUTUAL_AUTH, iscReqBits(0x10000000)],
  });
  const leg = await acceptSecurityContext({
    credential,
    context: undefined,
    input: [{ type: SECBUFFER_TOKEN, data: token }],
    output: [{ type: SECBUFFER_TOKEN }, { type: SECBUFFER_ALERT, size: 512 }],
    contextReq: [ASC_REQ_CONNECTION, ASC_REQ_EXTENDED_ERROR, ascReqBits(0x10000000)],
  });
  holds<Equal<typeof leg, LegResult>>();
  holds<Equal<typeof leg.status, number>>();
  holds<Equal<typeof leg.statusName, string>>();
  holds<Equal<typeof leg.context, ContextHandle | undefined>>();
  holds<Equal<typeof leg.contextAttr, number>>();
  holds<Equal<typeof leg.expiry, bigint>>();
  holds<Equal<ReturnType<typeof ascRetNames>, string[]>>();

  if (leg.context !== undefined) {
    await completeAuthToken({ context: leg.context, token: leg.output });
    deleteSecurityContext(leg.context);
  }
  freeCredentialsHandle(credential);
  return first;
}

async function flags(credential: CredentialHandle): Promise<void> {
  holds<Equal<Extract<IscReq, AscReq>, never>>();
  // @ts-expect-error A server's flag is no flag of a client.
  await initializeSecurityContext({ credential, contextReq: [ASC_REQ_CONNECTION] });
  // @ts-expect-error A client's flag is no flag of a server.
  await acceptSecurityContext({ credential, contextReq: [ISC_REQ_CONNECTION] });
  // @ts-expect-error The same for the synchronous forms.
  initializeSecurityContextSync({ credential, contextReq: ASC_REQ_CONNECTION });
  // @ts-expect-error The same for the synchronous forms.
  acceptSecurityContextSync({ credential, contextReq: ISC_REQ_CONNECTION });
  // @ts-expect-error A bare number has to say that it is a server's.
  await acceptSecurityContext({ credential, contextReq: 0x800 });
  // @ts-expect-error A server has no target name.
  await acceptSecurityContext({ credential, targetName: 'HTTP/web.example.com' });
}

function attributes(context: ContextHandle): void {
  const sizes = queryContextAttributes(context, SECPKG_ATTR_SIZES);
  holds<Equal<typeof sizes, ContextSizes>>();
  const names = queryContextAttributes(context, SECPKG_ATTR_NAMES);
  holds<Equal<typeof names, string | undefined>>();
  const sessionKey = queryContextAttributes(context, SECPKG_ATTR_SESSION_KEY);
  holds<Equal<typeof sessionKey, Buffer>>();
  const negotiation = queryContextAttributes(context, SECPKG_ATTR_NEGOTIATION_INFO);
  holds<Equal<typeof negotiation, NegotiationInfo>>();
  // @ts-expect-error Not an attribute that the package decodes.
  queryContextAttributes(context, 9999);
  holds<Equal<ReturnType<typeof querySecurityPackageInfo>, SecPkgInfo>>();
  holds<Equal<ReturnType<typeof liveCounts>['contexts'], number>>();
}

function setAttributes(context: ContextHandle, credential: CredentialHandle): void {
  setContextAttributes(context, SECPKG_ATTR_DTLS_MTU, 1200);
  setContextAttributes(context, SECPKG_ATTR_APP_DATA, { flags: 0, data: undefined });
  setContextAttributes(context, SECPKG_ATTR_UI_INFO, 1n);
  // @ts-expect-error Another type of value.
  setContextAttributes(context, SECPKG_ATTR_UI_INFO, 1);
  // @ts-expect-error Half a record.
  setContextAttributes(context, SECPKG_ATTR_APP_DATA, { flags: 0 });
  // @ts-expect-error Only to be read.
  setContextAttributes(context, SECPKG_ATTR_SIZES, 1);

  const name = queryCredentialsAttributes(credential, SECPKG_CRED_ATTR_NAMES);
  holds<Equal<typeof name, string | undefined>>();
  const algorithms = queryCredentialsAttributes(credential, SECPKG_ATTR_SUPPORTED_ALGS);
  holds<Equal<typeof algorithms, number[]>>();
  setCredentialsAttributes(credential, SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS, {
    proxyServer: 'kdc.example.com',
    forceProxy: true,
  });
  // @ts-expect-error Only to be read.
  setCredentialsAttributes(credential, SECPKG_CRED_ATTR_NAMES, { proxyServer: 'kdc' });
  // @ts-expect-error Only to be set.
  queryCredentialsAttributes(credential, SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS);
}

function messages(context: ContextHandle, message: Uint8Array): void {
  const encrypted = encryptMessage(context, {
    message: [
      { type: SECBUFFER_TOKEN, size: 60 },
      { type: SECBUFFER_DATA, data: message },
    ],
    qop: SECQOP_WRAP_NO_ENCRYPT,
    sequenceNumber: 1,
    inPlace: true,
  });
  holds<Equal<typeof encrypted, MessageResult>>();
  holds<Equal<typeof encrypted.message, ProtectedSecBuffer[]>>();
  const opened = decryptMessage(context, { message: [{ type: SECBUFFER_STREAM, data: message }] });
  holds<Equal<typeof opened, OpenedMessageResult>>();
  holds<Equal<typeof opened.qop, number>>();
  const signed = makeSignature(context, { message: [{ type: SECBUFFER_DATA, data: message }] });
  holds<Equal<typeof signed, MessageResult>>();
  const verified = verifySignature(context, { message: [{ type: SECBUFFER_DATA }] });
  holds<Equal<typeof verified, OpenedMessageResult>>();
  applyControlToken(context, [{ type: SECBUFFER_TOKEN, data: message }]);
  // @ts-expect-error How it was made is found out, not said.
  decryptMessage(context, { message: [], qop: 0 });
  // @ts-expect-error A message is buffers.
  encryptMessage(context, { message });
  // @ts-expect-error What was made has no quality of protection that was found.
  void encrypted.qop;
}

async function tokens(context: ContextHandle): Promise<void> {
  using token = querySecurityContextToken(context);
  holds<Equal<typeof token, TokenHandle>>();
  const attribute = queryContextAttributes(context, SECPKG_ATTR_ACCESS_TOKEN);
  holds<Equal<typeof attribute, TokenHandle | undefined>>();
  const claims = queryContextAttributes(context, SECPKG_ATTR_SUBJECT_SECURITY_ATTRIBUTES);
  holds<Equal<typeof claims, Claim[]>>();

  const information = tokenInformation(token);
  holds<Equal<typeof information, TokenInformation>>();
  holds<Equal<typeof information.groups, readonly TokenGroup[]>>();
  holds<Equal<typeof information.impersonationLevel, ImpersonationLevel | undefined>>();
  holds<Equal<typeof information.elevationType, ElevationType>>();
  // @ts-expect-error What is in a token does not change.
  information.user = 'S-1-5-18';
  using copy = duplicateToken(token, { type: 'primary', level: 'identification' });
  const value = duplicateTokenInto(copy, 4321);
  holds<Equal<typeof value, bigint>>();
  holds<Equal<ReturnType<typeof adoptToken>, TokenHandle>>();
  // @ts-expect-error The value of a handle has 64 bits.
  adoptToken(0x2f4);
  // @ts-expect-error There is no such level.
  duplicateToken(token, { level: 'everything' });
  // @ts-expect-error A context is no token.
  tokenInformation(context);
  // @ts-expect-error An object that looks like a handle is none.
  tokenInformation({ closed: false, close: () => undefined });

  const [user] = await lookupAccountSids([information.user]);
  holds<Equal<typeof user, AccountLookup | undefined>>();
  holds<Equal<AccountLookup['use'], AccountUse>>();
  holds<Equal<ReturnType<typeof lookupAccountNames>, Promise<AccountLookup[]>>>();
}

function transfer(context: ContextHandle): void {
  const exported = exportSecurityContext(context, [SECPKG_CONTEXT_EXPORT_DELETE_OLD]);
  holds<Equal<typeof exported, ExportedSecurityContext>>();
  holds<Equal<typeof exported.token, TokenHandle | undefined>>();
  const imported = importSecurityContext({ package: 'Kerberos', ...exported });
  holds<Equal<typeof imported, ContextHandle>>();
  // @ts-expect-error Whose context it is must be said.
  importSecurityContext(exported);
}

async function together(credential: CredentialHandle): Promise<void> {
  // Handles of the high level go into raw functions, and errors are the same class.
  const credentials = await Credentials.acquire({ package: 'NTLM', use: 'inbound' });
  const context = new ServerContext(credentials);
  if (context.handle !== undefined) queryContextAttributes(context.handle, SECPKG_ATTR_SIZES);
  await acceptSecurityContext({ credential: credentials.handle });
  // @ts-expect-error A credential is no context.
  queryContextAttributes(credential, SECPKG_ATTR_SIZES);
  // @ts-expect-error An object that looks like a handle is none.
  freeCredentialsHandle({ package: 'NTLM', maxToken: 1904, closed: false, close: () => undefined });
}

holds<Equal<typeof RawSspiError, typeof SspiError>>();
holds<Equal<ReturnType<typeof ChannelBindings.fromBytes>, ChannelBindings>>();
void [legs, flags, attributes, setAttributes, messages, tokens, transfer, together];
