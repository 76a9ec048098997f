/** Whether tests that repeat something have the time for many times: `npm run test:long`. */
export const isLong = process.env['SECUR32_TEST_LONG'] === '1';
