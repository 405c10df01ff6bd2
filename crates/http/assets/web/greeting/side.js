// @ts-check
/** What the two sides of a greeting have in common. */

import { random } from "./bytes.js";

/**
 * @typedef {import("./bytes.js").Bytes} Bytes
 *
 * @typedef {{step: string, version?: number, key?: string, hash?: string, nonce?: string, tag?: string,
 *   sealed?: string, signature?: string}} Message
 *
 * @typedef {object} Drawn what a side needs of chance, drawn for one attempt
 * @property {CryptoKey} privateKey
 * @property {Bytes} publicKey
 * @property {Bytes} nonce
 * @property {Bytes} decoys
 * @property {Bytes} sealNonce
 */

/** Something was said that the protocol does not know, or that proves nothing. */
export class Broken extends Error {
  /** @param {string} reason how the attempt ends */
  constructor(reason = "bad_message") {
    super(reason);
    this.reason = reason;
  }
}

/**
 * A side of one attempt: a machine that is told what the other is said to have said, and says what is next.
 *
 * Its driver brings to the relay whatever of {@link Side.said} is not there yet, and the {@link Side.end} if there
 * is one.
 */
export class Side {
  /**
   * What was said so far, in order; the relay is to have all of it.
   *
   * @type {Message[]}
   */
  said = [];

  /**
   * Why the attempt ended, nothing while it goes on.
   *
   * @type {string}
   */
  end = "";

  /**
   * What to show: the name of a stage, and what belongs to it.
   *
   * @type {{is: string, code?: string, choices?: string[], details?: import("./agreement.js").Details, tag?: Bytes}}
   */
  stage = { is: "waiting" };

  /** @type {Set<string>} */ #heard = new Set();
  /** @type {Promise<void>} */ #work = Promise.resolve();

  /**
   * Hears what the other side is said to have said; the same again changes nothing, and anything else that is not
   * the next step ends the attempt.
   *
   * @param {Message} message
   */
  hear(message) {
    return this.after(async () => {
      const content = JSON.stringify(Object.entries(message).sort());
      if (this.isOver || this.#heard.has(content)) return;
      this.#heard.add(content);
      await this.take(message);
    });
  }

  /** Hears that the attempt has ended. @param {string} reason */
  hearEnd(reason) {
    return this.after(async () => this.over(reason));
  }

  get isOver() {
    return this.end !== "" || this.stage.is === "done";
  }

  /**
   * Does something after what is being done; whatever goes wrong ends the attempt.
   *
   * @param {() => Promise<void>} work
   */
  after(work) {
    const done = this.#work.then(work).catch((error) => this.over(error instanceof Broken ? error.reason : "bad_message"));
    this.#work = done;
    return done;
  }

  /** Shows another stage. @param {Side["stage"]} stage */
  turn(stage) {
    this.stage = stage;
  }

  /** @param {string} reason */
  over(reason) {
    if (this.isOver) return;
    this.end = reason;
    this.stage = { is: "ended" };
  }

  /**
   * Takes the next step of the other side.
   *
   * @param {Message} _message
   * @returns {Promise<void>}
   */
  async take(_message) {
    throw new Broken();
  }
}

/** @returns {Promise<Drawn>} */
export async function draw() {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey("X25519", false, ["deriveBits"]));
  return {
    privateKey: pair.privateKey,
    publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
    nonce: random(32),
    decoys: random(32),
    sealNonce: random(12),
  };
}

/** Whether this browser can greet here: it needs a secure page, and X25519. */
export async function canGreet() {
  if (!isSecureContext || !crypto.subtle) return false;
  return draw().then(() => true, () => false);
}
