// @ts-check
/** Uploads files in pieces, shows how far they are, and goes on where a connection broke (OR-43). */

import { refresh } from "./live.js";
import { say } from "./page.js";

/** Starts to listen to the form. */
export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.upload) return;
    const input = form.querySelector("input[type=file]");
    if (!(input instanceof HTMLInputElement) || !input.files?.length) return;
    event.preventDefault();
    const files = [...input.files];
    input.value = "";
    void all(form, files);
  });
  addEventListener("beforeunload", (event) => under.size > 0 && event.preventDefault());
}

/**
 * Uploads files, one after the other.
 *
 * @param {HTMLFormElement} form
 * @param {File[]} files
 */
async function all(form, files) {
  const rows = files.map((file) => new Row(form, file));
  for (const row of rows) {
    under.add(row);
    await row.upload().catch((error) => row.fail(error instanceof Refused ? error.message : AWAY));
    under.delete(row);
    void refresh();
  }
}

/** A file on its way, as the page shows it. */
class Row {
  /**
   * @param {HTMLFormElement} form
   * @param {File} file
   */
  constructor(form, file) {
    this.file = file;
    this.place = form.dataset.upload ?? "";
    this.address = "";
    this.abort = new AbortController();
    this.element = document.createElement("div");
    this.element.className = "upload";
    const name = document.createElement("span");
    name.textContent = file.name;
    this.bar = document.createElement("progress");
    this.bar.max = Math.max(file.size, 1);
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    this.words = document.createElement("small");
    this.words.textContent = "waiting";
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "quiet";
    this.button.textContent = "Cancel";
    this.button.setAttribute("aria-label", `Cancel ${file.name}`);
    this.button.addEventListener("click", () => this.cancel());
    this.element.append(name, this.bar, this.words, this.button);
    form.querySelector("[data-uploads]")?.append(this.element);
  }

  /** Uploads the file to its end. */
  async upload() {
    if (this.abort.signal.aborted) return;
    const begun = await asked(this.place, { method: "POST", body: JSON.stringify({ name: this.file.name, size: this.file.size }), headers: { "content-type": "application/json" }, signal: this.abort.signal });
    const { id } = await begun.json();
    this.address = `${this.place}/${id}`;
    let offset = 0;
    for (let breaks = 0; ; ) {
      try {
        const isWhole = await this.piece(offset);
        if (isWhole) return this.done();
        offset = await this.offset();
        breaks = 0;
      } catch (error) {
        if (this.abort.signal.aborted || error instanceof Refused) throw error;
        if (++breaks > BREAKS) throw error;
        this.words.textContent = "the connection broke; going on";
        await new Promise((later) => setTimeout(later, PAUSE * breaks));
        offset = await this.offset().catch(() => offset);
        if (offset < 0) return this.done();
      }
    }
  }

  /**
   * Sends what follows an offset; returns whether that was the end.
   *
   * @param {number} offset
   */
  async piece(offset) {
    const end = Math.min(offset + PIECE, this.file.size);
    const isEnd = end === this.file.size;
    const headers = { "content-type": "application/partial-upload", "upload-offset": String(offset), "upload-complete": isEnd ? "?1" : "?0" };
    await asked(this.address, { method: "PATCH", body: this.file.slice(offset, end), headers, signal: this.abort.signal });
    this.bar.value = end;
    this.words.textContent = `${Math.floor((100 * end) / Math.max(this.file.size, 1))} %`;
    return isEnd;
  }

  /** Returns where the upload goes on, less than 0 if it is finished. */
  async offset() {
    const { offset, file_id } = await (await asked(this.address, { signal: this.abort.signal })).json();
    return file_id ? -1 : Number(offset);
  }

  /** Says that the file is there. */
  done() {
    this.bar.value = this.bar.max;
    this.words.textContent = "uploaded";
    this.button.remove();
    say(`${this.file.name} was uploaded.`);
  }

  /** Gives the upload up. */
  cancel() {
    this.abort.abort();
    if (this.address) void fetch(this.address, { method: "DELETE" });
    this.element.remove();
  }

  /** @param {string} words */
  fail(words) {
    if (this.abort.signal.aborted) return;
    this.bar.remove();
    this.words.className = "error";
    this.words.textContent = words;
    this.button.textContent = "Dismiss";
    this.button.setAttribute("aria-label", `Dismiss ${this.file.name}`);
  }
}

/** An answer that says no. */
class Refused extends Error {}

/**
 * Asks the API, and throws what it says if it says no.
 *
 * @param {string} address
 * @param {RequestInit} request
 */
async function asked(address, request) {
  const response = await fetch(address, { cache: "no-store", ...request });
  if (response.ok) return response;
  const { detail } = await response.json().catch(() => ({ detail: "" }));
  const words = `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
  // Too much at once passes; what is wrong with the file does not.
  if (response.status === 503 || response.status === 429) throw new Error(words);
  throw new Refused(words);
}

/** How much is sent with one request: eight parts. */
const PIECE = 8 * 1024 * 1024;

/** How often in a row a connection may break. */
const BREAKS = 5;

/** In milliseconds. */
const PAUSE = 1000;

const AWAY = "The server cannot be reached. Upload it again later.";

/** @type {Set<Row>} */
const under = new Set();
