// @ts-check
/**
 * What both sides of a greeting derive from the agreed key (docs/greeting-protocol.md).
 *
 * The same as guest-core's `greeting/agreement.rs`, and held against the same vectors.
 */

import { measured, parts, utf8 } from "./bytes.js";

/**
 * @typedef {import("./bytes.js").Bytes} Bytes
 *
 * @typedef {object} Context what a greeting is about
 * @property {string} team
 * @property {string} invitation
 *
 * @typedef {object} Transcript everything public that an attempt rests on
 * @property {Context} context
 * @property {Bytes} hostKey
 * @property {Bytes} guestKey
 * @property {Bytes} hostNonce
 * @property {Bytes} guestNonce
 *
 * @typedef {object} Details who the guest is, as they say it themselves
 * @property {string} name
 * @property {string} deviceName
 * @property {Bytes} deviceKey
 */

/** The protocol that is spoken here. */
export const VERSION = 1;

/** The agreed key, with what it was agreed over. */
export class Agreement {
  /** @type {CryptoKey} */ #shared;
  /** @type {Transcript} */ #transcript;

  /**
   * @param {CryptoKey} shared
   * @param {Transcript} transcript
   */
  constructor(shared, transcript) {
    this.#shared = shared;
    this.#transcript = transcript;
  }

  /**
   * Agrees with whoever has the private half of `other`.
   *
   * Throws if everybody would agree with them on the same: WebCrypto refuses such keys.
   *
   * @param {CryptoKey} own
   * @param {Bytes} other
   * @param {Transcript} transcript
   */
  static async over(own, other, transcript) {
    const theirs = await crypto.subtle.importKey("raw", other, "X25519", false, []);
    const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, own, 256));
    if (shared.every((byte) => byte === 0)) throw new Error("a key that everybody knows");
    const key = await keyOf(shared);
    shared.fill(0);
    return new Agreement(key, transcript);
  }

  async hostCode() {
    return code(await this.#derive("host code"));
  }

  async guestCode() {
    return code(await this.#derive("guest code"));
  }

  guestConfirms() {
    return this.#derive("guest confirms");
  }

  hostConfirms() {
    return this.#derive("host confirms");
  }

  /**
   * Proves that the host saw these details and no others.
   *
   * @param {Bytes} nonce
   * @param {Bytes} sealed
   */
  hostAccepts(nonce, sealed) {
    return this.#derive("host accepts", nonce, sealed);
  }

  /**
   * @param {Details} details
   * @param {Bytes} nonce
   */
  async seal(details, nonce) {
    const plain = measured(utf8(details.name), utf8(details.deviceName), details.deviceKey);
    const how = { name: "AES-GCM", iv: nonce, additionalData: await this.#derive("details") };
    return new Uint8Array(await crypto.subtle.encrypt(how, await this.#cipher(), plain));
  }

  /**
   * Opens what the guest sealed; throws if it is not what they sealed, or makes no sense.
   *
   * @param {Bytes} nonce
   * @param {Bytes} sealed
   * @returns {Promise<Details>}
   */
  async open(nonce, sealed) {
    const how = { name: "AES-GCM", iv: nonce, additionalData: await this.#derive("details") };
    const plain = new Uint8Array(await crypto.subtle.decrypt(how, await this.#cipher(), sealed));
    const [name, deviceName, deviceKey] = parts(plain, 3);
    const read = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const key = /** @type {Bytes} */ (deviceKey);
    // Throws unless it is a point of the curve.
    await crypto.subtle.importKey("raw", key, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    return { name: read.decode(name), deviceName: read.decode(deviceName), deviceKey: key };
  }

  async #cipher() {
    return crypto.subtle.importKey("raw", await this.#derive("details key"), "AES-GCM", false, ["encrypt", "decrypt"]);
  }

  /**
   * @param {string} what
   * @param {Bytes[]} more
   */
  #derive(what, ...more) {
    const { context, hostKey, guestKey, hostNonce, guestNonce } = this.#transcript;
    const all = [utf8(context.team), utf8(context.invitation), hostKey, guestKey, hostNonce, guestNonce, ...more];
    return keyed(this.#shared, label(what), ...all);
  }
}

/**
 * Returns what binds a guest to a nonce.
 *
 * @param {Bytes} nonce
 */
export async function commitment(nonce) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", measured(label("commitment"), nonce)));
}

/**
 * Returns what a guest's device signs to be signed in when they have joined.
 *
 * @param {Context} context
 * @param {Bytes} accepted
 */
export function acknowledgement(context, accepted) {
  return measured(label("acknowledged"), utf8(context.team), utf8(context.invitation), accepted);
}

/**
 * Draws three codes to stand beside the right one, and its place among them.
 *
 * @param {string} right
 * @param {Bytes} seed
 * @returns {Promise<string[]>}
 */
export async function choices(right, seed) {
  const key = await keyOf(seed);
  /** @type {string[]} */
  const others = [];
  for (let number = 0; others.length < CHOICES - 1; number++) {
    const four = new Uint8Array(4);
    new DataView(four.buffer).setUint32(0, number);
    const next = code(await keyed(key, label("decoy"), four));
    if ([right, ...others].every((other) => distance(next, other) >= APART)) others.push(next);
  }
  const [place = 0] = await keyed(key, label("place"));
  others.splice(place % CHOICES, 0, right);
  return others;
}

/**
 * Returns whether two byte strings are the same, in a time that does not depend on where they differ.
 *
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
export function same(one, other) {
  if (one.length !== other.length) return false;
  return one.reduce((sum, byte, at) => sum | (byte ^ (other[at] ?? 0)), 0) === 0;
}

/**
 * Returns the code that the first 20 bits stand for.
 *
 * @param {Uint8Array} bits
 */
function code(bits) {
  const first = ((bits[0] ?? 0) << 16) | ((bits[1] ?? 0) << 8) | (bits[2] ?? 0);
  return [19, 14, 9, 4].map((shift) => ALPHABET[(first >> shift) & 31]).join("");
}

/**
 * @param {string} one
 * @param {string} other
 */
const distance = (one, other) => [...one].filter((letter, at) => letter !== other[at]).length;

/** @param {Bytes} bits */
const keyOf = (bits) => crypto.subtle.importKey("raw", bits, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

/**
 * @param {CryptoKey} key
 * @param {Bytes[]} all
 */
async function keyed(key, ...all) {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, measured(...all)));
}

/** @param {string} what */
const label = (what) => utf8(`guest-greeting/${VERSION} ${what}`);

/** Letters and digits that cannot be taken for one another. */
const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** How many codes are shown. */
const CHOICES = 4;

/** In how many places codes that are shown together differ. */
const APART = 2;
