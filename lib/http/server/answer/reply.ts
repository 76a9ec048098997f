import type { ServerResponse } from 'node:http';

import type { UpgradeReply } from './upgrade-reply.js';

/** Where the answer to a request is written. */
export type Reply = ServerResponse | UpgradeReply;
