/** The HTTP clients of `secur32/http`. */

export { IntegratedAgent } from './undici/integrated-agent.js';
export {
  integratedFetch,
  type IntegratedFetch,
  type IntegratedRequestInit,
} from './undici/integrated-fetch.js';
export {
  IntegratedHttpAgent,
  IntegratedHttpsAgent,
  type IntegratedHttpAgentOptions,
} from './node/integrated-http-agent.js';
export { type HostList } from './host-rules.js';
export { type ClientLimits } from './limits.js';
export {
  type ConnectOptions,
  type IntegratedClientOptions,
  type LogonOptions,
  type ProxyOptions,
} from './options.js';
export { type TargetName } from './logon/target-names.js';
