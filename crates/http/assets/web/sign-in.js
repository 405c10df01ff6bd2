// @ts-check
/** Signing in: what the address says after its #, which the server does not hear. */

const to = document.querySelector("input[name=to]");
const code = document.querySelector("input[name=code]");
const said = location.hash.slice(1);

// The link of the mail has the code with it.
if (code instanceof HTMLInputElement && /^[0-9]{6}$/.test(said)) {
  code.value = said;
  const button = code.form?.querySelector("button");
  button?.focus();
  history.replaceState(null, "", location.pathname + location.search);
} else if (to instanceof HTMLInputElement && said && !to.value.includes("#")) {
  // Whoever wanted to go to a part of a page goes there after all.
  to.value += `#${said}`;
}

export {};
