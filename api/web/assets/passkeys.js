// Passkeys: what the page asks is asked of the authenticator, and its answer is sent by the page's own form.
"use strict";
const GOOD_FOR_MS = 9 * 60 * 1000;
const form = document.getElementById("passkey");
const failed = document.getElementById("passkey-failed");

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// What an old page asks is no longer good: then the same page is asked for anew.
async function asked() {
  if (performance.now() < GOOD_FOR_MS) return JSON.parse(form.dataset.options);
  const page = await (await fetch(location.href)).text();
  return JSON.parse(new DOMParser().parseFromString(page, "text/html").getElementById("passkey").dataset.options);
}

async function answered() {
  const publicKey = await asked();
  publicKey.challenge = bytes(publicKey.challenge);
  if (!publicKey.user) return navigator.credentials.get({ publicKey });
  publicKey.user.id = bytes(publicKey.user.id);
  for (const one of publicKey.excludeCredentials ?? []) one.id = bytes(one.id);
  return navigator.credentials.create({ publicKey });
}

function written({ id, rawId, type, response }) {
  const said = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    said.attestationObject = text(response.attestationObject);
    said.transports = response.getTransports?.() ?? [];
  } else {
    said.authenticatorData = text(response.authenticatorData);
    said.signature = text(response.signature);
    said.userHandle = response.userHandle && text(response.userHandle);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: said });
}

if (window.PublicKeyCredential) {
  form.hidden = false;
} else {
  document.getElementById("passkey-none").hidden = false;
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  failed.hidden = true;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    form.credential.value = written(await answered());
    form.submit();
  } catch (error) {
    failed.hidden = false;
    button.disabled = false;
  }
});
