// What an ESM program in TypeScript sees of the package, above all of its raw level.

import { ChannelBindings, Credentials, ServerContext, SspiError } from 'secur32';
import {
  ASC_REQ_CONNECTION,
  ASC_REQ_EXTENDED_ERROR,
  ISC_REQ_CONNECTION,
  ISC_REQ_MUTUAL_AUTH,
  SECBUFFER_ALERT,
  SECBUFFER_TOKEN,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_SIZES,
  SECPKG_CRED_INBOUND,
  SECPKG_CRED_OUTBOUND,
  SspiError as RawSspiError,
  acceptSecurityContext,
  acceptSecurityContextSync,
  acquireCredentialsHandle,
  acquireCredentialsHandleSync,
  ascReqBits,
  ascRetNames,
  completeAuthToken,
  deleteSecurityContext,
  freeCredentialsHandle,
  initializeSecurityContext,
  initializeSecurityContextSync,
  iscReqBits,
  liveCounts,
  queryContextAttributes,
  querySecurityPackageInfo,
  type AscReq,
  type ContextHandle,
  type ContextSizes,
  type CredentialHandle,
  type IscReq,
  type LegResult,
  type NegotiationInfo,
  type SecPkgInfo,
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
void [legs, flags, attributes, together];
