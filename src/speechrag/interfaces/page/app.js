// Joins Gradio's fields and buttons to the views: places them, watches for result ids, guards input methods.
import { AskDesk } from "./ask.js";
import { CheckDesk } from "./check.js";
import { CorpusDesk } from "./corpus.js";
import { DraftDesk } from "./draft.js";
import { el, fetchJson } from "./dom.js";
import { watchDrawers } from "./drawer.js";
import { EvaluateDesk } from "./evaluate.js";
import { SearchDesk } from "./search.js";

const BUSY = { ask: "正在语料中查找", search: "正在检索", draft: "正在从语料中归纳提纲", check: "正在逐句核对" };
const TOAST = ".toast-body.error"; // how Gradio reports a full queue or a lost server; hidden, told in our words
const LONGEST = 2000; // characters of a question, as on the server
const LOOKS = 40; // for a new index that is being opened
const RESULT_ID = /^([0-9a-f]{32})(?:-(\d{1,6}))?$/; // with a number: not whole yet, 0 means begun

const desks = {
  ask: new AskDesk({ ask: (text) => submit("ask", text), draft: (text) => submit("draft", text) }),
  search: new SearchDesk({ outline: () => desks.draft.view, cite: (change) => desks.draft.cite(change) }),
  draft: new DraftDesk(),
  check: new CheckDesk(),
  corpus: new CorpusDesk(() => followUntilNew()),
  evaluate: new EvaluateDesk({ search: (text) => submit("search", text) }),
};
const DRAWN = ["corpus", "evaluate"]; // desks that are wholly ours; they begin when first shown
const TYPING = Object.keys(BUSY); // the desks with a field to fill in
/** What each desk is working on: the text asked, and the clock that shows it goes on. */
const running = {};
const seen = {};
const stopped = new Set(); // ids of work whose results nobody waits for

/** @param {string} desk */
const field = (desk) => document.querySelector(`#${desk}-input textarea, #${desk}-input input`);

/** Write into one of Gradio's fields as typing would. */
function type(input, text) {
  const prototype = input instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
  Object.getOwnPropertyDescriptor(prototype, "value").set.call(input, text);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Show a desk, fill in its field and press its button. */
async function submit(desk, text) {
  document.getElementById(`desk-${desk}-button`)?.click();
  const input = await present(() => field(desk));
  type(input, text);
  setTimeout(() => document.getElementById(`${desk}-go`).click(), 60); // Gradio reads the field on the next frame
}

const waiting = [];

/** Resolve once `find` finds something; Gradio builds a desk when it is first shown. */
function present(find) {
  const found = find();
  return found ? Promise.resolve(found) : new Promise((resolve) => waiting.push({ find, resolve }));
}

function start(desk, text) {
  const clock = el("span", { class: "clock" });
  const busy = el("p", { class: "busy", role: "status" }, `${BUSY[desk]}……`, clock);
  const began = Date.now();
  const timer = setInterval(() => (clock.textContent = ` ${Math.round((Date.now() - began) / 1000)} 秒`), 1000);
  running[desk] = { text, timer, busy };
  document.body.dataset[`busy${desk}`] = "";
  for (const toast of document.querySelectorAll(TOAST)) toast.dataset.old = ""; // an earlier failure is not this one's
  desks[desk].start(text, busy);
}

function settle(desk, view) {
  const work = running[desk];
  if (!work) return;
  clearInterval(work.timer);
  work.busy.remove();
  delete running[desk];
  delete document.body.dataset[`busy${desk}`];
  followCorpus();
  const input = field(desk);
  if (desk === "ask" && view.kind !== "failure" && input?.value.trim() === work.text) type(input, "");
  desks[desk].finish(view);
}

const failure = (text) => ({ kind: "failure", text });

/** @param {string} desk @param {string} key @param {string | undefined} part */
async function receive(desk, key, part) {
  const work = running[desk];
  if (!work || stopped.has(key) || (work.key && work.key !== key)) return;
  work.key = document.body.dataset[`busy${desk}`] = key; // from now on it can be stopped on the server too
  if (part === "0") return;
  let view;
  try {
    view = await fetchJson(`/api/results/${key}`);
  } catch (error) {
    view = failure(error.message);
  }
  if (running[desk] !== work) return;
  if (part === undefined) settle(desk, view);
  else desks[desk].progress?.(view, work.busy);
}

/** Stop a desk's work here and on the server. @param {string} desk @param {string} sentence what is shown of it */
function stop(desk, sentence = "已停止。") {
  release(running[desk]);
  if (running[desk]?.key) stopped.add(running[desk].key);
  settle(desk, failure(sentence));
}

/**
 * Tell the server that nobody waits any more; goes through while the page is left, too.
 * A beacon would not do: without a referrer it has no origin, and is refused.
 */
function release(work) {
  if (work?.key) fetch(`/api/results/${work.key}/stop`, { method: "POST", keepalive: true }).catch(() => {});
}

let generation = "";

/** Follow a corpus that was built again while the page is open. */
async function followCorpus() {
  const live = await fetchJson("/api/corpus/live").catch(() => null);
  if (!live) return;
  if (generation && generation !== live.generation) {
    document.getElementById("refresh")?.click();
    if (desks.corpus.overview) desks.corpus.load();
  }
  generation = live.generation;
}

/** After a build of our own: the server opens the new index in a moment. */
async function followUntilNew() {
  const before = generation;
  for (let looks = 0; generation === before && looks < LOOKS; looks += 1) {
    await followCorpus();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Ask what the address asks: `#ask=…` or `#search=…`. It is taken out again, so that the browser keeps no question. */
async function followAddress() {
  const [, desk, text] = /^#(ask|search)=(.+)$/.exec(location.hash) || [];
  if (!desk) return;
  history.replaceState(null, "", location.pathname + location.search);
  let question = "";
  try {
    question = decodeURIComponent(text).trim().slice(0, LONGEST);
  } catch {
    return; // cut off in the middle of a character
  }
  await present(() => document.getElementById(`desk-${desk}-button`) && document.querySelector(".welcome .quiet, .turn"));
  if (question) submit(desk, question);
}

function look() {
  for (const [desk, { mounts }] of Object.entries(desks)) {
    for (const [id, node] of Object.entries(mounts)) {
      const host = document.getElementById(id);
      if (host && node.parentElement !== host) host.append(node);
    }
    if (!TYPING.includes(desk)) continue;
    const marker = document.getElementById(`${desk}-result`);
    marker?.setAttribute("aria-hidden", "true");
    const id = marker?.textContent.trim() || "";
    const [, key, part] = RESULT_ID.exec(id) || [];
    if (key && seen[desk] !== id) {
      seen[desk] = id;
      receive(desk, key, part);
    }
  }
  for (const desk of DRAWN) {
    if (desks[desk].begun || !document.getElementById(`${desk}-left`)) continue;
    desks[desk].begun = true;
    desks[desk].load();
  }
  for (const entry of [...waiting]) {
    const found = entry.find();
    if (found) {
      waiting.splice(waiting.indexOf(entry), 1);
      entry.resolve(found);
    }
  }
  const toast = document.querySelector(`${TOAST}:not([data-old])`);
  if (toast) {
    // A refusal of our server comes in its own Chinese words; Gradio's are replaced.
    const [told] = /[\u4e00-\u9fff][^。]*。/u.exec(toast.textContent) || ["排队的人太多或服务没有响应，语料没有受影响，请稍后再试。"];
    for (const desk of Object.keys(running)) stop(desk, told);
  }
}

/** True while an input method composes: its Enter picks a word and must not send anything. */
const composing = (event) => event.isComposing || event.keyCode === 229;

/** The arrows go from desk to desk, as in any row of tabs. */
function walkDesks(event) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const tabs = [...document.querySelectorAll("#desks [role=tablist] [role=tab]")];
  if (by) tabs.at((tabs.indexOf(event.target.closest("[role=tab]")) + by) % tabs.length).focus();
}

function onKey(event) {
  if (event.key === "Escape" && document.body.dataset.reading) delete document.body.dataset.reading;
  if (event.type === "keydown" && event.target.closest("[role=tab]")) walkDesks(event);
  if (event.key !== "Enter") return;
  const desk = TYPING.find((name) => event.target === field(name));
  if (!desk || desk === "check") return; // a text to be checked has lines
  event.stopImmediatePropagation(); // Gradio would submit on its own
  if (composing(event) || event.shiftKey) return;
  event.preventDefault();
  if (event.type === "keydown") document.getElementById(`${desk}-go`).click();
}

function onClick(event) {
  if (event.target.closest("#ask-new")) {
    if (running.ask) stop("ask");
    desks.ask.reset();
  }
  for (const desk of TYPING) {
    if (event.target.closest(`#${desk}-go`)) {
      const text = field(desk).value.trim();
      if (!text || running[desk]) {
        event.stopImmediatePropagation();
        event.preventDefault();
        field(desk).focus();
      } else start(desk, text);
    } else if (event.target.closest(`#${desk}-stop`)) stop(desk);
  }
}

/** A folded panel of filters says how many are ticked: they stay in force. */
function countTicked(panel) {
  const count = panel.querySelectorAll("input:checked").length;
  if (count) panel.querySelector("button").dataset.ticked = String(count);
  else delete panel.querySelector("button").dataset.ticked;
}

function onFacet(event) {
  const panel = event.target.closest(".filters");
  if (panel) setTimeout(() => countTicked(panel), 60);
  const { query } = desks.search;
  if (query && event.target.closest("#search-facets") && field("search").value.trim()) {
    setTimeout(() => document.getElementById("search-go").click(), 60);
  }
}

document.addEventListener("keydown", onKey, true);
document.addEventListener("keypress", onKey, true);
document.addEventListener("click", onClick, true);
document.addEventListener("change", onFacet);
for (const leaving of ["beforeunload", "pagehide"]) {
  window.addEventListener(leaving, () => Object.values(running).forEach(release));
}
window.addEventListener("beforeunload", (event) => desks.draft.unsaved && event.preventDefault()); // the browser asks
window.addEventListener("focus", followCorpus);
window.addEventListener("hashchange", followAddress);
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault()); // a file beside its place opens nothing
followCorpus();
followAddress();
watchDrawers();
new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
look();
