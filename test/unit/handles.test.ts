import { fake, Gate } from '../instruments/support/fake-native.js';

import { describe, expect, test } from '@jest/globals';

import { SECPKG_ATTR_SIZES } from '../../lib/constants/context-attributes.js';
import { SEC_I_CONTINUE_NEEDED } from '../../lib/constants/status.js';
import { ServerContext } from '../../lib/context/server-context.js';
import { freeCredentialsHandle } from '../../lib/raw/acquire-credentials-handle.js';
import { queryContextAttributes } from '../../lib/raw/context-attributes.js';
import { ContextHandle, CredentialHandle } from '../../lib/raw/handles.js';
import { TokenHandle } from '../../lib/raw/token-handle.js';
import { duplicateToken, duplicateTokenInto, tokenInformation } from '../../lib/raw/tokens.js';
import {
  acceptSecurityContext,
  acceptSecurityContextSync,
  completeAuthToken,
  completeAuthTokenSync,
  deleteSecurityContext,
} from '../../lib/raw/handshake-calls.js';
import {
  bytes,
  coded,
  credentials,
  rawContext,
  rawCredential,
} from '../instruments/support/fake-handles.js';
import { rawToken } from '../instruments/support/fake-tokens.js';

const INVALID_HANDLE = coded('ERR_SECUR32_INVALID_HANDLE');
const CLOSED = coded('ERR_SECUR32_CLOSED');
const OWNED = coded('ERR_SECUR32_OWNED_HANDLE');

/** What looks like a handle of the class and is none, but for undefined. */
function forgeries(real: CredentialHandle | ContextHandle | TokenHandle): [string, unknown][] {
  const constructor = real.constructor as unknown as { prototype: object };
  return [
    ['null', null],
    ['a number', 1],
    ['an object', {}],
    ['the class', constructor],
    ['its prototype', constructor.prototype],
    ['an object of its prototype', Object.create(constructor.prototype)],
    ['a proxy of a real one', new Proxy(real, {})],
    ['an object that inherits a real one', Object.create(real)],
    ['a copy', Object.assign({}, real)],
  ];
}

describe.each([
  ['credential', CredentialHandle, () => rawCredential()],
  ['context', ContextHandle, () => rawContext()],
  ['token', TokenHandle, () => rawToken()],
] as const)('a handle of a %s', (_, handleClass, make) => {
  test('cannot be made by new, with or without arguments', () => {
    const Class = handleClass as unknown as new (...args: unknown[]) => unknown;
    expect(() => new Class()).toThrow(INVALID_HANDLE);
    expect(() => new Class(Symbol('made by a call'), {}, {})).toThrow(INVALID_HANDLE);
    expect(() => new Class(Symbol.for('made by a call'), {}, {})).toThrow(INVALID_HANDLE);
    expect(() => Reflect.construct(Class, [], Object)).toThrow(INVALID_HANDLE);
  });

  test('cannot be made by a class of its own', () => {
    const Class = handleClass as unknown as new (...args: unknown[]) => object;
    class Derived extends Class {}
    expect(() => new Derived()).toThrow(INVALID_HANDLE);
  });

  test('shows nothing of what it holds', () => {
    const handle = make();
    expect(Reflect.ownKeys(handle)).toEqual([]);
    expect(JSON.stringify(handle)).toBe('{}');
  });

  test('is given back exactly once, however often it is closed', () => {
    const handle = make();
    expect(handle.closed).toBe(false);
    handle.close();
    handle.close();
    handle[Symbol.dispose]();
    expect(handle.closed).toBe(true);
    expect(fake.log.filter((entry) => entry.startsWith('close'))).toHaveLength(1);
  });

  test('is given back at the end of a using declaration', () => {
    const handle = make();
    {
      using held = handle;
      expect(held.closed).toBe(false);
    }
    expect(handle.closed).toBe(true);
    expect(fake.log.at(-1)).toMatch(/^close /);
  });

  test('has methods that work on real ones only', () => {
    const { close } = handleClass.prototype as { close: (this: unknown) => void };
    for (const [, forgery] of forgeries(make())) {
      expect(() => {
        close.call(forgery);
      }).toThrow();
    }
    expect(fake.log.filter((entry) => entry.startsWith('close'))).toEqual([]);
  });
});

describe('what is no handle is refused before the addon sees it', () => {
  test('as a credential', async () => {
    const real = rawCredential();
    fake.log.length = 0;
    for (const [, forgery] of [...forgeries(real), ['a string', 'credential'] as const]) {
      const options = { credential: forgery as CredentialHandle };
      await expect(acceptSecurityContext(options)).rejects.toThrow(INVALID_HANDLE);
      expect(() => acceptSecurityContextSync(options)).toThrow(INVALID_HANDLE);
    }
    expect(fake.log).toEqual([]);
  });

  test('as a context', async () => {
    const credential = rawCredential();
    const real = rawContext(credential);
    fake.log.length = 0;
    for (const [, forgery] of [...forgeries(real), ['a string', 'context'] as const]) {
      const context = forgery as ContextHandle;
      await expect(acceptSecurityContext({ credential, context })).rejects.toThrow(INVALID_HANDLE);
      expect(() => acceptSecurityContextSync({ credential, context })).toThrow(INVALID_HANDLE);
      await expect(completeAuthToken({ context, token: [] })).rejects.toThrow(INVALID_HANDLE);
      expect(() => completeAuthTokenSync({ context, token: [] })).toThrow(INVALID_HANDLE);
      expect(() => queryContextAttributes(context, SECPKG_ATTR_SIZES)).toThrow(INVALID_HANDLE);
    }
    expect(fake.log).toEqual([]);
  });

  test('as a token', () => {
    const real = rawToken();
    fake.log.length = 0;
    for (const [, forgery] of [...forgeries(real), ['a string', 'token'] as const]) {
      const token = forgery as TokenHandle;
      expect(() => tokenInformation(token)).toThrow(INVALID_HANDLE);
      expect(() => duplicateToken(token)).toThrow(INVALID_HANDLE);
      expect(() => duplicateTokenInto(token, 1)).toThrow(INVALID_HANDLE);
    }
    expect(() => tokenInformation(rawContext() as unknown as TokenHandle)).toThrow(INVALID_HANDLE);
    expect(fake.calls.filter(({ call }) => call !== 'adoptToken')).toEqual([]);
  });

  test('as a handle of the other kind', async () => {
    const credential = rawCredential();
    const context = rawContext(credential);
    const wrongCredential = context as unknown as CredentialHandle;
    const wrongContext = credential as unknown as ContextHandle;
    fake.log.length = 0;
    await expect(acceptSecurityContext({ credential: wrongCredential })).rejects.toThrow(
      INVALID_HANDLE,
    );
    await expect(acceptSecurityContext({ credential, context: wrongContext })).rejects.toThrow(
      INVALID_HANDLE,
    );
    expect(() => queryContextAttributes(wrongContext, SECPKG_ATTR_SIZES)).toThrow(INVALID_HANDLE);
    expect(fake.log).toEqual([]);
  });

  test('by freeCredentialsHandle and deleteSecurityContext', () => {
    const credential = rawCredential();
    const context = rawContext(credential);
    expect(() => {
      freeCredentialsHandle(context as unknown as CredentialHandle);
    }).toThrow(INVALID_HANDLE);
    expect(() => {
      deleteSecurityContext(credential as unknown as ContextHandle);
    }).toThrow(INVALID_HANDLE);
    expect([credential.closed, context.closed]).toEqual([false, false]);
  });
});

test('freeCredentialsHandle and deleteSecurityContext close their handles', () => {
  const credential = rawCredential();
  const context = rawContext(credential);
  deleteSecurityContext(context);
  freeCredentialsHandle(credential);
  expect(fake.log.slice(-2)).toEqual(['close context 1', 'close credential 1']);
});

test('a credential knows its package and its largest token', () => {
  const credential = rawCredential({ maxToken: 48256 }, 'Kerberos');
  expect([credential.package, credential.maxToken]).toEqual(['Kerberos', 48256]);
});

describe('a closed handle', () => {
  test('of a credential begins no context', async () => {
    const credential = rawCredential();
    credential.close();
    await expect(acceptSecurityContext({ credential })).rejects.toThrow(CLOSED);
    expect(() => acceptSecurityContextSync({ credential })).toThrow(CLOSED);
  });

  test('of a credential does not end the contexts that were made with it', async () => {
    const credential = rawCredential();
    const context = rawContext(credential);
    credential.close();
    fake.legAnswers.push({});
    await expect(acceptSecurityContext({ context })).resolves.toMatchObject({ context });
  });

  test('of a context is refused by every call', async () => {
    const context = rawContext();
    context.close();
    fake.log.length = 0;
    await expect(acceptSecurityContext({ context })).rejects.toThrow(CLOSED);
    expect(() => acceptSecurityContextSync({ context })).toThrow(CLOSED);
    await expect(completeAuthToken({ context, token: [] })).rejects.toThrow(CLOSED);
    expect(() => completeAuthTokenSync({ context, token: [] })).toThrow(CLOSED);
    expect(() => queryContextAttributes(context, SECPKG_ATTR_SIZES)).toThrow(CLOSED);
    expect(fake.log).toEqual([]);
  });
});

test('a closed handle of a token is refused by every call', () => {
  const token = rawToken();
  token.close();
  fake.log.length = 0;
  expect(() => tokenInformation(token)).toThrow(CLOSED);
  expect(() => duplicateToken(token)).toThrow(CLOSED);
  expect(() => duplicateTokenInto(token, 1)).toThrow(CLOSED);
  expect(fake.log).toEqual([]);
});

describe('a handle that a high-level object owns', () => {
  test('of credentials cannot be closed by others, but begins contexts of the raw level', async () => {
    const owner = await credentials();
    expect(() => {
      owner.handle.close();
    }).toThrow(OWNED);
    expect(() => {
      freeCredentialsHandle(owner.handle);
    }).toThrow(OWNED);
    expect(() => {
      owner.handle[Symbol.dispose]();
    }).toThrow(OWNED);
    expect(owner.closed).toBe(false);
    expect(rawContext(owner.handle)).toBeInstanceOf(ContextHandle);
    owner.close();
    expect(owner.handle.closed).toBe(true);
  });

  test('of a context takes no legs of others and is not closed by them, but can be read', async () => {
    const owner = new ServerContext(await credentials());
    fake.legAnswers.push({ status: SEC_I_CONTINUE_NEEDED });
    await owner.step(bytes('1'));
    const context = owner.handle;
    if (context === undefined) throw new Error('no context');
    fake.log.length = 0;

    await expect(acceptSecurityContext({ context })).rejects.toThrow(OWNED);
    expect(() => acceptSecurityContextSync({ context })).toThrow(OWNED);
    await expect(completeAuthToken({ context, token: [] })).rejects.toThrow(OWNED);
    expect(() => completeAuthTokenSync({ context, token: [] })).toThrow(OWNED);
    expect(() => {
      context.close();
    }).toThrow(OWNED);
    expect(() => {
      deleteSecurityContext(context);
    }).toThrow(OWNED);
    expect(() => {
      context[Symbol.dispose]();
    }).toThrow(OWNED);
    expect([context.closed, fake.log]).toEqual([false, []]);

    fake.attributeAnswers.push([0, 1, 2, 3, 4]);
    expect(queryContextAttributes(context, SECPKG_ATTR_SIZES).maxToken).toBe(1);
    owner.close();
    expect(context.closed).toBe(true);
  });

  test('stays owned while its owner steps', async () => {
    const owner = new ServerContext(await credentials());
    fake.legAnswers.push({ status: SEC_I_CONTINUE_NEEDED });
    await owner.step(bytes('1'));
    const gate = new Gate();
    fake.legAnswers.push({ until: gate.opened });
    const stepping = owner.step(bytes('2'));
    const context = owner.handle;
    if (context === undefined) throw new Error('no context');
    await expect(acceptSecurityContext({ context })).rejects.toThrow(OWNED);
    expect(() => queryContextAttributes(context, SECPKG_ATTR_SIZES)).toThrow(
      coded('ERR_SECUR32_BUSY'),
    );
    gate.open();
    await expect(stepping).resolves.toMatchObject({ done: true });
  });
});
