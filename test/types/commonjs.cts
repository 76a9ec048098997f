// What a CommonJS program in TypeScript sees of the package.

import { X509Certificate } from 'node:crypto';

import {
  ChannelBindings,
  ClientContext,
  Credentials,
  ServerContext,
  SspiError,
  type ClientContextOptions,
  type ContextAttributes,
  type CredentialsOptions,
  type Secur32Error,
  type Secur32ErrorCode,
  type SspiCall,
  type StepResult,
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
  const first = await client.step();
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
  const other = error as Secur32Error;
  holds<Equal<typeof other.code, Secur32ErrorCode>>();
  // @ts-expect-error There is no such code.
  if (other.code === 'ERR_SECUR32_NO_SUCH_CODE') return;
}

holds<Equal<typeof raw.SspiError, typeof SspiError>>();
void [highLevel, options, channelBindings, errors];
