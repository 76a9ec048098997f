/** Reads of a Windows executable (PE32+) what tells whether it can be shipped. */

/** @type {Record<number, string>} */
const MACHINES = { 0x014c: 'x86', 0x8664: 'x64', 0xaa64: 'arm64' };

/** IMAGE_DLLCHARACTERISTICS_* */
const DLL_CHARACTERISTICS = {
  HIGH_ENTROPY_VA: 0x0020,
  DYNAMIC_BASE: 0x0040,
  FORCE_INTEGRITY: 0x0080,
  NX_COMPAT: 0x0100,
  NO_ISOLATION: 0x0200,
  NO_SEH: 0x0400,
  NO_BIND: 0x0800,
  APPCONTAINER: 0x1000,
  WDM_DRIVER: 0x2000,
  GUARD_CF: 0x4000,
  TERMINAL_SERVER_AWARE: 0x8000,
};

const PE32_PLUS = 0x020b;
const EXPORT_DIRECTORY = 0;
const IMPORT_DIRECTORY = 1;
const DELAY_IMPORT_DIRECTORY = 13;
const BY_ORDINAL = 1n << 63n;

/**
 * @typedef {object} Import
 * @property {string} dll
 * @property {string[]} symbols names, or '#' and an ordinal
 *
 * @typedef {object} PortableExecutable
 * @property {string} machine 'x64', 'arm64', 'x86' or a hexadecimal number
 * @property {string[]} characteristics names of the DLL characteristics
 * @property {Import[]} imports
 * @property {Import[]} delayImports
 * @property {string[]} exports
 */

/**
 * @param {Buffer} file
 * @returns {PortableExecutable}
 */
export function readPortableExecutable(file) {
  if (file.length < 0x40 || file.toString('latin1', 0, 2) !== 'MZ')
    throw new Error('not a Windows executable');
  const header = file.readUInt32LE(0x3c);
  if (file.toString('latin1', header, header + 4) !== 'PE\0\0')
    throw new Error('not a Windows executable');
  const optional = header + 24;
  if (file.readUInt16LE(optional) !== PE32_PLUS) throw new Error('not a 64-bit executable');

  const machine = file.readUInt16LE(header + 4);
  const characteristics = file.readUInt16LE(optional + 70);
  const image = new Image(
    file,
    optional,
    file.readUInt16LE(header + 6),
    file.readUInt16LE(header + 20),
  );
  return {
    machine: MACHINES[machine] ?? `0x${machine.toString(16)}`,
    characteristics: Object.entries(DLL_CHARACTERISTICS)
      .filter(([, bit]) => (characteristics & bit) !== 0)
      .map(([name]) => name),
    imports: readImports(image, IMPORT_DIRECTORY, { size: 20, name: 12, names: 0 }),
    delayImports: readImports(image, DELAY_IMPORT_DIRECTORY, { size: 32, name: 4, names: 16 }),
    exports: readExports(image),
  };
}

/** The file with its relative virtual addresses. */
class Image {
  #file;
  #sections;
  #directories;

  /**
   * @param {Buffer} file
   * @param {number} optionalHeader
   * @param {number} sectionCount
   * @param {number} optionalHeaderSize
   */
  constructor(file, optionalHeader, sectionCount, optionalHeaderSize) {
    this.#file = file;
    this.#directories = {
      start: optionalHeader + 112,
      count: file.readUInt32LE(optionalHeader + 108),
    };
    this.#sections = Array.from({ length: sectionCount }, (_, index) => {
      const at = optionalHeader + optionalHeaderSize + index * 40;
      return {
        address: file.readUInt32LE(at + 12),
        size: file.readUInt32LE(at + 16),
        offset: file.readUInt32LE(at + 20),
      };
    });
  }

  /**
   * @param {number} index
   * @returns {number} the address of a data directory, 0 if there is none
   */
  directory(index) {
    return index < this.#directories.count
      ? this.#file.readUInt32LE(this.#directories.start + index * 8)
      : 0;
  }

  /** @param {number} address */
  uint32(address) {
    return this.#file.readUInt32LE(this.#offset(address));
  }

  /** @param {number} address */
  uint64(address) {
    return this.#file.readBigUInt64LE(this.#offset(address));
  }

  /** @param {number} address */
  text(address) {
    const start = this.#offset(address);
    return this.#file.toString('latin1', start, this.#file.indexOf(0, start));
  }

  /** @param {number} address */
  #offset(address) {
    const section = this.#sections.find(
      ({ address: start, size }) => address >= start && address < start + size,
    );
    if (section === undefined)
      throw new Error(`damaged: no section contains the address 0x${address.toString(16)}`);
    return address - section.address + section.offset;
  }
}

/**
 * @param {Image} image
 * @param {number} directory
 * @param {{ size: number, name: number, names: number }} layout of a descriptor
 * @returns {Import[]}
 */
function readImports(image, directory, layout) {
  const imports = [];
  const start = image.directory(directory);
  for (let at = start; at !== 0 && image.uint32(at + layout.name) !== 0; at += layout.size) {
    const symbols = [];
    for (let entry = image.uint32(at + layout.names); image.uint64(entry) !== 0n; entry += 8) {
      const value = image.uint64(entry);
      // A name stands behind a two-byte hint.
      symbols.push(
        (value & BY_ORDINAL) === 0n ? image.text(Number(value) + 2) : `#${value & 0xffffn}`,
      );
    }
    imports.push({ dll: image.text(image.uint32(at + layout.name)), symbols });
  }
  return imports;
}

/**
 * @param {Image} image
 * @returns {string[]}
 */
function readExports(image) {
  const directory = image.directory(EXPORT_DIRECTORY);
  if (directory === 0) return [];
  const names = image.uint32(directory + 32);
  return Array.from({ length: image.uint32(directory + 24) }, (_, index) =>
    image.text(image.uint32(names + index * 4)),
  );
}
