// @ts-check
/** The host's side of a greeting; the same as guest-core's `greeting/host.rs`. */

import { Agreement, VERSION, choices, commitment, same } from "./agreement.js";
import { bytes, text } from "./bytes.js";
import { Broken, Side } from "./side.js";

/** The host's side of one attempt. */
export class HostSide extends Side {
  /** @type {import("./agreement.js").Context} */ #context;
  /** @type {import("./side.js").Drawn} */ #own;
  /** @type {import("./bytes.js").Bytes | null} */ #guestKey = null;
  /** @type {import("./bytes.js").Bytes | null} */ #hash = null;
  /** @type {Agreement | null} */ #agreed = null;
  /** @type {import("./side.js").Message | null} */ #accepted = null;
  #at = 0;

  /**
   * @param {import("./agreement.js").Context} context
   * @param {import("./side.js").Drawn} drawn
   */
  constructor(context, drawn) {
    super();
    this.#context = context;
    this.#own = drawn;
    this.said.push({ step: "host_key", version: VERSION, key: text(drawn.publicKey) });
  }

  /** @override @param {import("./side.js").Message} message */
  async take(message) {
    if (!THEIRS.includes(message.step)) return;
    if (THEIRS[this.#at] !== message.step || (this.#at === 3 && this.stage.is !== "say")) throw new Broken();
    if (this.#at === 4 && this.stage.is !== "expecting") throw new Broken();
    this.#at += 1;
    if (message.step === "guest_key") {
      if (message.version !== VERSION) throw new Broken();
      this.#guestKey = bytes(message.key ?? "", 32);
    } else if (message.step === "guest_commitment") {
      this.#hash = bytes(message.hash ?? "", 32);
      this.said.push({ step: "host_nonce", nonce: text(this.#own.nonce) });
    } else if (message.step === "guest_nonce") {
      await this.#agree(bytes(message.nonce ?? "", 32));
    } else if (message.step === "guest_confirmed") {
      const agreed = this.#agreement();
      if (!same(bytes(message.tag ?? "", 32), await agreed.guestConfirms())) throw new Broken();
      this.turn({ is: "pick", choices: await choices(await agreed.guestCode(), this.#own.decoys) });
    } else if (message.step === "details") {
      const [nonce, sealed] = [bytes(message.nonce ?? "", 12), bytes(message.sealed ?? "")];
      const details = await this.#agreement().open(nonce, sealed);
      this.#accepted = { step: "accepted", tag: text(await this.#agreement().hostAccepts(nonce, sealed)) };
      this.turn({ is: "confirm", details });
    }
  }

  /** Picks the code that the guest says. @param {string} code */
  pick(code) {
    return this.after(async () => {
      if (this.stage.is !== "pick") return;
      if (code !== (await this.#agreement().guestCode())) throw new Broken("wrong_code_host");
      this.said.push({ step: "host_confirmed", tag: text(await this.#agreement().hostConfirms()) });
      this.turn({ is: "expecting" });
    });
  }

  /** What the guest says is not among the codes shown. */
  noMatch() {
    return this.after(async () => {
      if (this.stage.is === "pick") this.over("no_matching_code");
    });
  }

  cancel() {
    return this.hearEnd("cancelled_by_host");
  }

  /** What accepts the details that are shown, `null` unless there are some. */
  get accepted() {
    return this.stage.is === "confirm" ? this.#accepted : null;
  }

  /** The user was made with the details that were accepted. */
  finished() {
    return this.after(async () => {
      if (!this.accepted) return;
      this.said.push(this.accepted);
      this.turn({ is: "done" });
    });
  }

  /** @param {import("./bytes.js").Bytes} guestNonce */
  async #agree(guestNonce) {
    const [guestKey, hash] = [this.#guestKey, this.#hash];
    if (!guestKey || !hash) throw new Broken();
    if (!same(await commitment(guestNonce), hash)) throw new Broken("bad_commitment");
    const { privateKey, publicKey: hostKey, nonce: hostNonce } = this.#own;
    const transcript = { context: this.#context, hostKey, guestKey, hostNonce, guestNonce };
    this.#agreed = await Agreement.over(privateKey, guestKey, transcript);
    this.turn({ is: "say", code: await this.#agreed.hostCode() });
  }

  #agreement() {
    if (!this.#agreed) throw new Broken();
    return this.#agreed;
  }
}

/** What the guest says, in order. */
const THEIRS = ["guest_key", "guest_commitment", "guest_nonce", "guest_confirmed", "details", "acknowledged"];
