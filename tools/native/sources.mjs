/** Prints the list of sources that binding.gyp and CMakeLists.txt share, for binding.gyp. */
import { readFileSync } from 'node:fs';

const list = readFileSync(new URL('../../src-native/sources.txt', import.meta.url), 'utf8');
console.log(list.replaceAll(/^#.*\n/gm, '').trim());
