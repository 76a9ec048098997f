/** The properties of an http.Server that are checked for values which lock out clients. */
export interface CheckedServer {
  maxHeaderSize?: number;
  maxRequestsPerSocket?: number | null;
  keepAliveTimeout?: number;
}
