/** Whether credentials or a logon have expired; `expiresAt` is undefined if they never do. */
export function isExpired({ expiresAt }: { readonly expiresAt: Date | undefined }): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= Date.now();
}
