// @ts-check
/** The guest's side of a greeting; the same as guest-core's `greeting/guest.rs`. */

import { Agreement, VERSION, choices, commitment, same } from "./agreement.js";
import { bytes, text } from "./bytes.js";
import { Broken, Side } from "./side.js";

/** The guest's side of one attempt. */
export class GuestSide extends Side {
  /** @type {import("./agreement.js").Context} */ #context;
  /** @type {import("./side.js").Drawn} */ #own;
  /** @type {import("./bytes.js").Bytes | null} */ #hostKey = null;
  /** @type {Agreement | null} */ #agreed = null;
  /** @type {import("./bytes.js").Bytes | null} */ #expected = null;
  #at = 0;

  /**
   * @param {import("./agreement.js").Context} context
   * @param {import("./side.js").Drawn} drawn
   */
  constructor(context, drawn) {
    super();
    this.#context = context;
    this.#own = drawn;
    this.said.push({ step: "guest_key", version: VERSION, key: text(drawn.publicKey) });
  }

  /** @override @param {import("./side.js").Message} message */
  async take(message) {
    if (!THEIRS.includes(message.step)) return;
    if (THEIRS[this.#at] !== message.step) throw new Broken();
    this.#at += 1;
    if (message.step === "host_key") {
      if (message.version !== VERSION) throw new Broken();
      this.#hostKey = bytes(message.key ?? "", 32);
      this.said.push({ step: "guest_commitment", hash: text(await commitment(this.#own.nonce)) });
    } else if (message.step === "host_nonce") {
      await this.#agree(bytes(message.nonce ?? "", 32));
    } else if (message.step === "host_confirmed") {
      const agreed = this.#agreement();
      const isRight = same(bytes(message.tag ?? "", 32), await agreed.hostConfirms());
      if (this.stage.is !== "say" || !isRight) throw new Broken();
      this.turn({ is: "fill" });
    } else if (message.step === "accepted") {
      const tag = bytes(message.tag ?? "", 32);
      if (this.stage.is !== "looking" || !this.#expected || !same(tag, this.#expected)) throw new Broken();
      this.turn({ is: "done", tag });
    }
  }

  /** Picks the code that the host says. @param {string} code */
  pick(code) {
    return this.after(async () => {
      if (this.stage.is !== "pick") return;
      const agreed = this.#agreement();
      if (code !== (await agreed.hostCode())) throw new Broken("wrong_code_guest");
      this.said.push({ step: "guest_confirmed", tag: text(await agreed.guestConfirms()) });
      this.turn({ is: "say", code: await agreed.guestCode() });
    });
  }

  /** What the host says is not among the codes shown. */
  noMatch() {
    return this.after(async () => {
      if (this.stage.is === "pick") this.over("no_matching_code");
    });
  }

  /** Tells the host who the guest is. @param {import("./agreement.js").Details} details */
  tell(details) {
    return this.after(async () => {
      if (this.stage.is !== "fill") return;
      const nonce = this.#own.sealNonce;
      const sealed = await this.#agreement().seal(details, nonce);
      this.#expected = await this.#agreement().hostAccepts(nonce, sealed);
      this.said.push({ step: "details", nonce: text(nonce), sealed: text(sealed) });
      this.turn({ is: "looking" });
    });
  }

  cancel() {
    return this.hearEnd("cancelled_by_guest");
  }

  /** @param {import("./bytes.js").Bytes} hostNonce */
  async #agree(hostNonce) {
    const hostKey = this.#hostKey;
    if (!hostKey) throw new Broken();
    const { privateKey, publicKey: guestKey, nonce: guestNonce, decoys } = this.#own;
    const transcript = { context: this.#context, hostKey, guestKey, hostNonce, guestNonce };
    this.#agreed = await Agreement.over(privateKey, hostKey, transcript);
    this.said.push({ step: "guest_nonce", nonce: text(guestNonce) });
    this.turn({ is: "pick", choices: await choices(await this.#agreed.hostCode(), decoys) });
  }

  #agreement() {
    if (!this.#agreed) throw new Broken();
    return this.#agreed;
  }
}

/** What the host says, in order. */
const THEIRS = ["host_key", "host_nonce", "host_confirmed", "accepted"];
