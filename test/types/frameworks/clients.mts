/** That undici and Node.js take the clients of this package for what they are. */

import { get } from 'node:http';
import { get as getTls } from 'node:https';
import { Credentials } from 'secur32';
import {
  IntegratedAgent,
  integratedFetch,
  IntegratedHttpAgent,
  IntegratedHttpsAgent,
} from 'secur32/http';
import { interceptors, request, Response, setGlobalDispatcher, type Dispatcher } from 'undici';

const hosts = ['intranet.example.com', '*.corp.example.com'];
const agent = new IntegratedAgent({ hosts, proxy: { url: 'http://proxy:3128', hosts: ['proxy'] } });
const dispatcher: Dispatcher = agent;
setGlobalDispatcher(agent);
void request('https://intranet.example.com/', { dispatcher: agent });
void agent.compose(interceptors.redirect()).request({ origin: '', path: '/', method: 'GET' });
void [dispatcher, agent.close(), agent.destroy(null)];

const fetch = integratedFetch({ hosts: 'any', mutualAuth: true, delegateTo: hosts });
const response: Promise<Response> = fetch('https://intranet.example.com/', {
  method: 'POST',
  body: new FormData(),
});
void [response, fetch.agent, fetch.close()];

get('http://intranet.example.com/', { agent: new IntegratedHttpAgent({ hosts }) });
getTls('https://intranet.example.com/', { agent: new IntegratedHttpsAgent({ hosts }) });

const credentials = await Credentials.acquire({ package: 'NTLM', use: 'outbound' });
new IntegratedAgent({ hosts, credentials, targetName: ({ hostname }) => `HTTP/${hostname}` });

// @ts-expect-error Who gets a logon must be said.
new IntegratedAgent({});
// @ts-expect-error Delegation is for servers that are named.
new IntegratedAgent({ hosts, delegateTo: 'any' });
// @ts-expect-error A proxy has a list of its own.
new IntegratedAgent({ hosts, proxy: { url: 'http://proxy:3128' } });
// @ts-expect-error An agent of Node cannot tell who the server is.
new IntegratedHttpAgent({ hosts, mutualAuth: true });
