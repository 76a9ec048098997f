/** What sanitizers wrote of a Node.js with the addon in it, as far as it is about the addon. */

/** Frames of the runtime itself, and of the library that it allocates by. */
const RUNTIME_FRAME = /libclang_rt|libstdc\+\+|libc\.so/;
/** The addon, and what it has in place of Windows: their sources, or modules where a frame has no line. */
const OURS = /\/(?:secur32|scripted)\.node\b|\/src-native\/|\/test\/instruments\//;
const FRAME = /^\s*#\d+ .*$/gm;
const LEAK = /^(?:Direct|Indirect) leak of [^]*?(?=\n\n|$(?![^]))/gm;
const LEAKS = /ERROR: LeakSanitizer: detected memory leaks/;

/** Whether the memory was allocated by the addon, and not by Node.js for itself. @param {string} leak */
function isOurs(leak) {
  const allocator = (leak.match(FRAME) ?? []).find((frame) => !RUNTIME_FRAME.test(frame));
  return allocator !== undefined && OURS.test(allocator);
}

/**
 * @param {string} text of a log of one process
 * @returns {string[]} each report; of leaks those that the addon made
 */
export function readReports(text) {
  if (text.trim() === '') return [];
  if (!LEAKS.test(text)) return [text.trim()];
  return (text.match(LEAK) ?? []).filter(isOurs).map((leak) => `LeakSanitizer: ${leak}`);
}
