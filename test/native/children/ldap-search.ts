/** What comes in many messages, and a request that goes in several, over the connection of examples/ldap. */

import type { Duplex } from 'node:stream';

import { Client } from 'ldapts';

import { answer, childInput } from '../../instruments/support/child.js';

interface SealedConnection {
  connectSealed: (options: object) => Promise<Duplex>;
}

async function main(): Promise<void> {
  const where = childInput() as { host: string; port: number; address: string };
  const file = '../../../../examples/ldap/sealed-connection.mjs';
  const { connectSealed } = (await import(file)) as SealedConnection;
  const connection = await connectSealed({ ...where, timeoutMs: 20_000 });
  const client = new Client({
    url: `ldap://${where.host}`,
    createConnection: () => connection as never,
  });
  try {
    const { searchEntries } = await client.search('', { scope: 'base' });
    const [root] = searchEntries;
    const schema = await client.search(String(root?.['schemaNamingContext']), {
      paged: { pageSize: 500 },
    });
    const configuration = String(root?.['configurationNamingContext']);
    const others = Array.from({ length: 3000 }, (_, i) => `(cn=nobody-${i}-${'x'.repeat(20)})`);
    const one = await client.search(configuration, {
      scope: 'base',
      filter: `(|${others.join('')}(objectClass=*))`,
    });
    answer({ entries: schema.searchEntries.length, found: one.searchEntries.length });
    await client.unbind();
  } finally {
    connection.destroy();
  }
}

void main();
