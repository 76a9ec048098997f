// Who logs on, as a server sees it.
//
//   node examples/whoami.mjs                     on Windows, the current user
//   npm run testbed -- node examples/whoami.mjs  on Linux, a user of the testbed

import { loggedOn, report } from './support/log-on.mjs';

/** What a group means for access, in one word. */
function role({ enabled, denyOnly }) {
  if (denyOnly) return 'denies only';
  return enabled ? 'member' : 'disabled';
}

try {
  const { server, close } = await loggedOn();
  try {
    const { identity } = server;
    console.log(`logged on by ${server.negotiatedPackage}; identity from: ${identity.source}`);
    // Names may have to be asked of the domain; access is decided by SIDs.
    await identity.resolveNames();
    console.log(`user: ${identity.name ?? 'no name'} (${identity.sid ?? 'no SID'})`);
    if (identity.groups === undefined) {
      console.log('groups: unknown; this system has no access token for the client');
    } else {
      console.log(`logon session: ${identity.logonId}, level: ${identity.impersonationLevel}`);
      for (const group of identity.groups) {
        console.log(`group: ${group.name ?? group.sid}, ${role(group)}`);
      }
    }
    const kinds = ['isGuest', 'isAnonymous', 'isNullSession'].filter((kind) => identity[kind]);
    if (kinds.length > 0) console.log(`beware: ${kinds.join(', ')}`);
  } finally {
    close();
  }
} catch (error) {
  report(error);
}
