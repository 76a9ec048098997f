/**
 * Resolves as a promise does, unless that takes too long: then rejects with the
 * error that `onTimeout` returns. What the promise waits for is not stopped; do
 * that in `onTimeout`.
 */
export async function withinTime<T>(
  promise: Promise<T>,
  milliseconds: number,
  onTimeout: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let timeoutError: Error | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      timeoutError = onTimeout();
      reject(timeoutError);
    }, milliseconds).unref();
  });
  try {
    return await Promise.race([promise, timeout]);
  } catch (error) {
    // The promise may reject first because `onTimeout` ended what it waits for.
    throw timeoutError ?? error;
  } finally {
    clearTimeout(timer);
  }
}
