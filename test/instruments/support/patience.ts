/**
 * How many times longer than on a usual machine something may take: an
 * emulated one sets SECUR32_TEST_PATIENCE. Only a test that would fail waits
 * that long.
 */
export const patience = Number(process.env['SECUR32_TEST_PATIENCE'] ?? '1');
