// @ts-check
/** Bytes and their texts. */

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** @param {string} text */
export const utf8 = (text) => /** @type {Bytes} */ (new TextEncoder().encode(text));

/**
 * Returns bytes as base64url without padding.
 *
 * @param {Uint8Array} bytes
 */
export function text(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Reads base64url without padding; throws if it is none, or not of so many bytes.
 *
 * @param {string} text
 * @param {number} [length]
 * @returns {Bytes}
 */
export function bytes(text, length) {
  if (/[^\w-]/.test(text)) throw new Error("not base64url");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const read = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  if (length !== undefined && read.length !== length) throw new Error(`not ${length} bytes`);
  return read;
}

/**
 * Returns parts one after the other, each after its length in eight bytes.
 *
 * @param {Uint8Array[]} parts
 * @returns {Bytes}
 */
export function measured(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + 8 + part.length, 0));
  let at = 0;
  for (const part of parts) {
    new DataView(all.buffer).setBigUint64(at, BigInt(part.length));
    all.set(part, at + 8);
    at += 8 + part.length;
  }
  return all;
}

/**
 * Takes apart what {@link measured} put together; throws if it is not that many parts.
 *
 * @param {Uint8Array} all
 * @param {number} count
 * @returns {Uint8Array[]}
 */
export function parts(all, count) {
  const found = [];
  let at = 0;
  for (let left = count; left > 0; left--) {
    if (at + 8 > all.length) throw new Error("a part is missing");
    const length = Number(new DataView(all.buffer, all.byteOffset).getBigUint64(at));
    if (at + 8 + length > all.length) throw new Error("a part is cut off");
    found.push(all.slice(at + 8, at + 8 + length));
    at += 8 + length;
  }
  if (at !== all.length) throw new Error("there is more than that");
  return found;
}

/**
 * Draws random bytes.
 *
 * @param {number} length
 * @returns {Bytes}
 */
export const random = (length) => crypto.getRandomValues(new Uint8Array(length));
