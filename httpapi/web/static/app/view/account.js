// My account: a list of small panels. A panel is a title and a component; what
// comes later adds its line.

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { dialog } from "../actions.js";
import { about, call, part } from "../api.js";
import { chooseTheme, theme, themes } from "../looks.js";
import { allow, allowed, possible, wanted } from "../notify.js";
import { me, setPresence, stateWords } from "../people.js";
import { signOut } from "../session.js";
import { line } from "../text.js";
import { exact } from "../time.js";
import { Form, attempt, html, tell } from "../ui.js";
import { Top } from "./top.js";

/** @type {{id: string, title: string, view: () => any}[]} */
const panels = [
  { id: "status", title: "Status", view: Status },
  { id: "theme", title: "Theme", view: Theme },
  { id: "notices", title: "Notices", view: Notices },
  { id: "password", title: "Password", view: Password },
  { id: "sessions", title: "Sessions", view: Sessions },
  { id: "keys", title: "SSH keys", view: Keys },
];

export const Account = () => html`<main class="page" id="main" tabindex="-1"><${Top} title="Account" /><div class="panels">
  <p class="buttons">Signed in as <b>${line(me.value?.username ?? "")}</b> <button type="button" onClick=${signOut}>Sign out</button>
    <button type="button" onClick=${() => { dialog.value = { name: "help" }; }}>Keys and commands</button></p>
  ${panels.map(({ id, title, view: View }) => html`<section key=${id} aria-labelledby=${"panel-" + id}><h2 id=${"panel-" + id}>${title}</h2><${View} /></section>`)}
</div></main>`;

function Status() {
  const { state = "online", status = "" } = me.value ?? {};
  const save = async (/** @type {Record<string, string>} */ f) => {
    await setPresence({ state: /** @type {State} */ (f.state), status: f.status });
    tell("Your status was saved.");
  };
  return html`<${Form} submit=${save} label="Save" kind="keep">
    <fieldset><legend>I am</legend>${/** @type {const} */ (["online", "away", "dnd"]).map((s) => html`<label class="choice" key=${s}>
      <input type="radio" name="state" value=${s} defaultChecked=${s === state} /> ${stateWords[s]}</label>`)}</fieldset>
    <label>Status<input name="status" maxlength="100" defaultValue=${status} placeholder="at lunch" autocomplete="off" /></label><//>`;
}

function Theme() {
  return html`<fieldset><legend>How things look</legend>${themes.map((name) => html`<label class="choice" key=${name}>
    <input type="radio" name="theme" checked=${theme.value === name} onChange=${() => chooseTheme(name)} /> ${name}</label>`)}</fieldset>`;
}

function Notices() {
  if (!possible) return html`<p>This browser shows no notices${isSecureContext ? "" : " on a page without HTTPS"}.</p>`;
  const on = wanted.value && allowed.value === "granted";
  return html`<p>Messages that call me, while I look elsewhere:</p><p><button type="button" onClick=${() => attempt(allow(!on))}>${on ? "Show no notices" : "Show notices"}</button></p>`;
}

function Password() {
  const change = async (/** @type {Record<string, string>} */ f) => {
    await call("PATCH", "/me", { current_password: f.current, password: f.password });
    tell("Your password was changed, and all your other sessions ended.");
  };
  return html`<${Form} submit=${change} label="Change the password">
    <input type="hidden" autocomplete="username" value=${me.value?.username} />
    <label>Current password<input name="current" type="password" required autocomplete="current-password" /></label>
    <label>New password<input name="password" type="password" required minlength="8" maxlength="128" autocomplete="new-password" aria-describedby="password-rules" /></label>
    <p class="hint" id="password-rules">At least 8 characters, with an upper-case letter, a lower-case letter and a digit. SSH keys stay.</p><//>`;
}

const sessions = signal(/** @type {Session[]} */ ([]));
const loadSessions = async () => { sessions.value = (await call("GET", "/me/sessions")).sessions; };

function Sessions() {
  useEffect(() => { attempt(loadSessions()); }, []);
  const end = (/** @type {string} */ path) => attempt(call("DELETE", "/me/sessions" + path).then(loadSessions));
  return html`<ul class="things">${sessions.value.map((s) => html`<li key=${s.id}><div><b>${s.door === "ssh" ? "Terminal" : s.door === "http" ? "Browser or program" : "This machine"}</b>
      ${s.current ? html` <small>this one</small>` : null}<p>${line(s.device)} <small>${s.address}</small></p>
      <p class="hint">${s.ended_at ? `ended ${exact(s.ended_at)}: its refresh token was used twice, so somebody else may have it` : "last used " + exact(s.last_used)}</p></div>
      ${s.current || s.ended_at ? null : html`<button type="button" aria-label=${"End the session of " + exact(s.created_at)} onClick=${() => end("/" + s.id)}>End</button>`}</li>`)}</ul>
    ${sessions.value.length > 1 ? html`<p><button type="button" onClick=${() => end("")}>End all others</button></p>` : null}`;
}

function Keys() {
  const [keys, setKeys] = useState(/** @type {SSHKey[]} */ ([]));
  const load = async () => setKeys((await call("GET", "/me/keys")).keys);
  useEffect(() => { attempt(load()); }, []);
  const add = async (/** @type {Record<string, string>} */ f) => {
    await call("POST", "/me/keys", { key: f.key.trim(), ...f.label && { label: f.label } });
    await load();
  };
  return html`<${Way} />
    <ul class="things">${keys.map((k) => html`<li key=${k.id}><div><b>${line(k.label) || k.type}</b> <small>${k.type}</small><p><code>${k.fingerprint}</code></p>
      <p class="hint">${k.last_used ? "last used " + exact(k.last_used) : "not used yet"}</p></div>
      <button type="button" aria-label=${`Remove the key ${line(k.label) || k.fingerprint}`} onClick=${() => attempt(call("DELETE", "/me/keys/" + part(k.id)).then(load))}>Remove</button></li>`)}</ul>
    <${Form} submit=${add} label="Add the key">
      <label>Public key<textarea name="key" rows="3" required spellcheck="false" placeholder="ssh-ed25519 AAAA… alice@laptop"></textarea></label>
      <label>Label<input name="label" maxlength="100" autocomplete="off" /></label>
      <p class="hint">One line of <code>~/.ssh/id_ed25519.pub</code>.</p><//>`;
}

/** How to come in by SSH, as far as the server says. */
function Way() {
  const [ssh, setSSH] = useState(/** @type {About["ssh"]} */ (undefined));
  useEffect(() => { about("/about").then((a) => setSSH(a.ssh), () => {}); }, []);
  if (!ssh) return null;
  return html`<p>The same rooms in a terminal: <code class="type">ssh -p ${ssh.port} ${me.value?.username}@${ssh.host || location.hostname}</code></p>
    <p>Compare the fingerprint that <code>ssh</code> shows at first: <code class="type">${ssh.fingerprint}</code></p>`;
}
