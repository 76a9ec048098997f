/** Returns a function that emits a warning of the process when it is first called, and then nothing. */
export function createWarningOnce(code: string): (message: string, detail?: string) => void {
  let hasWarned = false;
  return (message, detail) => {
    if (hasWarned) return;
    hasWarned = true;
    process.emitWarning(message, { code, ...(detail !== undefined && { detail }) });
  };
}
