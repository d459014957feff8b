// Joins Gradio's fields and buttons to the views: places them, watches for result ids, guards input methods.
import { AskDesk } from "./ask.js";
import { DraftDesk } from "./draft.js";
import { el, fetchJson } from "./dom.js";
import { SearchDesk } from "./search.js";

const BUSY = { ask: "正在语料中查找", search: "正在检索", draft: "正在从语料中归纳提纲" };
const TOAST = ".toast-body.error"; // how Gradio reports a full queue or a lost server; hidden, told in our words
const RESULT_ID = /^[0-9a-f]{32}$/;

const desks = {
  ask: new AskDesk({ ask: (text) => submit("ask", text), draft: (text) => submit("draft", text) }),
  search: new SearchDesk(),
  draft: new DraftDesk(),
};
/** What each desk is working on: the text asked, and the clock that shows it goes on. */
const running = {};
const seen = {};

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
  const input = field(desk);
  if (desk === "ask" && view.kind !== "failure" && input?.value.trim() === work.text) type(input, "");
  desks[desk].finish(view);
}

const failure = (text) => ({ kind: "failure", text });

async function receive(desk, id) {
  try {
    settle(desk, await fetchJson(`/api/results/${id}`));
  } catch (error) {
    settle(desk, failure(error.message));
  }
}

function look() {
  for (const [desk, { mounts }] of Object.entries(desks)) {
    for (const [id, node] of Object.entries(mounts)) {
      const host = document.getElementById(id);
      if (host && node.parentElement !== host) host.append(node);
    }
    const marker = document.getElementById(`${desk}-result`);
    marker?.setAttribute("aria-hidden", "true");
    const id = marker?.textContent.trim() || "";
    if (RESULT_ID.test(id) && seen[desk] !== id) {
      seen[desk] = id;
      receive(desk, id);
    }
  }
  for (const entry of [...waiting]) {
    const found = entry.find();
    if (found) {
      waiting.splice(waiting.indexOf(entry), 1);
      entry.resolve(found);
    }
  }
  if (document.querySelector(`${TOAST}:not([data-old])`)) {
    for (const desk of Object.keys(running)) settle(desk, failure("服务忙或没有响应，语料没有受影响，请稍后再试。"));
  }
}

/** True while an input method composes: its Enter picks a word and must not send anything. */
const composing = (event) => event.isComposing || event.keyCode === 229;

function onKey(event) {
  if (event.key === "Escape" && document.body.dataset.reading) delete document.body.dataset.reading;
  if (event.key !== "Enter") return;
  const desk = Object.keys(desks).find((name) => event.target === field(name));
  if (!desk) return;
  event.stopImmediatePropagation(); // Gradio would submit on its own
  if (composing(event) || event.shiftKey) return;
  event.preventDefault();
  if (event.type === "keydown") document.getElementById(`${desk}-go`).click();
}

function onClick(event) {
  for (const desk of Object.keys(desks)) {
    if (event.target.closest(`#${desk}-go`)) {
      const text = field(desk).value.trim();
      if (!text || running[desk]) {
        event.stopImmediatePropagation();
        event.preventDefault();
        field(desk).focus();
      } else start(desk, text);
    } else if (event.target.closest(`#${desk}-stop`)) settle(desk, failure("已停止。"));
  }
}

function onFacet(event) {
  const { query } = desks.search;
  if (query && event.target.closest("#search-facets") && field("search").value.trim()) {
    setTimeout(() => document.getElementById("search-go").click(), 60);
  }
}

document.addEventListener("keydown", onKey, true);
document.addEventListener("keypress", onKey, true);
document.addEventListener("click", onClick, true);
document.addEventListener("change", onFacet);
new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
look();
