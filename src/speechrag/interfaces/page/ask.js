// 问答: the conversation. Answers are sentences with numbered marks; each mark opens its words in the reading view.
import { answerNodes, stopOf } from "./answer.js";
import { action, bodyStart, Chars, clip, copyText, el, fetchJson, fileName, path } from "./dom.js";
import { markButtons } from "./marks.js";
import { ReadingView } from "./reading.js";

const LONG = 120; // characters of a question shown whole

export class AskDesk {
  /** @param {{ask: (text: string) => void, draft: (text: string) => void}} go */
  constructor(go) {
    this.go = go;
    this.thread = el("div", { class: "thread", role: "log", "aria-live": "polite", "aria-label": "问答记录" });
    this.reading = new ReadingView("ask", "点开回答中的编号，在这里阅读讲话原文，引用的句子会标出来。");
    this.mounts = { "ask-thread": this.thread, "ask-reading": this.reading.root };
    this.pending = null;
    this.welcome();
  }

  async welcome() {
    const intro = el(
      "div",
      { class: "welcome" },
      el("h1", {}, "问一句，查一篇，起一份提纲"),
      el("p", {}, "这里收录的讲话都可以提问、检索和借鉴；每一句回答、每一个要点都注明出处，点开就能核对原文。"),
    );
    this.thread.append(intro);
    const { questions, brief, uploads } = await fetchJson("/api/welcome").catch(() => ({ questions: [], brief: "", uploads: false }));
    if (questions.length) {
      intro.append(el("h2", {}, "可以这样问"));
      intro.append(el("ul", {}, questions.map((text) => el("li", {}, action(text, () => this.go.ask(text), "example")))));
    }
    if (brief) {
      intro.append(el("h2", {}, "可以这样要一份提纲"));
      intro.append(el("ul", {}, el("li", {}, action(brief, () => this.go.draft(brief), "example"))));
    }
    const way = uploads ? "要用自己的讲话稿，在“语料”里添加文件，收录后这里随即更新。" : "要用自己的讲话稿，请管理员把文件放进语料文件夹，重新建立索引，这里随即更新。";
    intro.append(el("p", { class: "quiet" }, way));
  }

  /** @param {string} question @param {HTMLElement} busy */
  start(question, busy) {
    this.thread.querySelector(".welcome")?.remove();
    document.body.dataset.turns = "";
    this.pending = el("div", { class: "answer" }, busy);
    this.thread.append(el("article", { class: "turn" }, ...asked(question), this.pending));
    this.thread.scrollTop = this.thread.scrollHeight;
  }

  /** Show what there is of an answer so far. @param {any} view @param {HTMLElement} busy */
  progress(view, busy) {
    if (!this.pending || view.kind !== "answer") return;
    this.show(this.pending, view);
    this.pending.append(busy);
  }

  /** @param {any} view */
  finish(view) {
    const place = this.pending;
    if (!place) return;
    this.pending = null;
    if (view.kind === "failure" && place.querySelector("p:not(.busy)")) {
      place.append(el("p", { class: "failure" }, view.text)); // what was read already stays
      return;
    }
    this.show(place, view);
    if (view.suggestions?.length) place.append(this.suggestions(view.suggestions));
  }

  /** Draw an answer, unless this is what stands there. @param {HTMLElement} place @param {any} view */
  show(place, view) {
    const content = JSON.stringify([view.text, view.sentences, view.notes]);
    if (this.shown?.place === place && this.shown.content === content) return;
    const first = this.shown?.place !== place;
    this.shown = { place, content };
    if (view.kind === "failure") place.replaceChildren(el("p", { class: "failure" }, view.text));
    else if (view.supported) place.replaceChildren(...this.answer(view));
    else place.replaceChildren(...this.refusal(view));
    place.prepend(...(view.notes || []).map((note) => el("p", { class: "quiet note" }, note))); // how the question was taken comes first
    if (first) place.parentElement.scrollIntoView({ block: "start" });
  }

  suggestions(questions) {
    return el(
      "div",
      { class: "suggestions" },
      el("h4", {}, "你还可以问"),
      el("ul", {}, questions.map((text) => el("li", {}, action(text, () => this.go.ask(text), "example")))),
    );
  }

  /** Begin a new conversation: what was asked before is forgotten. */
  reset() {
    this.pending = null;
    this.thread.replaceChildren();
    delete document.body.dataset.turns;
    this.reading.close();
    this.welcome();
  }

  /** @param {any} view */
  answer(view) {
    const byNumber = new Map(view.citations.map((citation) => [citation.number, citation]));
    const open = (number) => () => this.open(view.citations, byNumber.get(number));
    return [...answerNodes(view, open), tools(view, withSources(view))];
  }

  refusal(view) {
    const parts = [el("p", { class: "refusal" }, view.text)];
    if (view.nearest.length) {
      const places = view.nearest.map((place) =>
        el(
          "li",
          {},
          el(
            "button",
            { type: "button", class: "source", onclick: () => this.reading.open(place.speech_id, [{ start: place.start, end: place.end }]) },
            el("span", { class: "source-title" }, place.title),
            el("span", { class: "source-path" }, [path(place.headings), ...place.facts].filter(Boolean).join(" · ")),
            el("span", { class: "source-text" }, clip(new Chars(place.text).slice(bodyStart(place), Infinity).trim(), 90)),
          ),
        ),
      );
      parts.push(el("div", { class: "sources nearest" }, el("h4", {}, "相近但不足以回答"), el("ol", {}, places)));
    }
    return [...parts, tools(view)];
  }

  /** Open a citation among the others of its answer that stand in the same speech. */
  open(citations, citation) {
    const same = citations.filter((other) => other.speech_id === citation.speech_id).sort((a, b) => a.start - b.start);
    this.reading.open(citation.speech_id, same, same.indexOf(citation));
  }
}

/** The question as a heading; of a long one the first lines, the rest on demand. @param {string} question */
function asked(question) {
  const heading = el("h3", { class: "question" }, question);
  if (new Chars(question).length <= LONG) return [heading];
  heading.classList.add("folded");
  const more = action("显示全文", () => {
    const folded = heading.classList.toggle("folded");
    more.textContent = folded ? "显示全文" : "收起";
    more.setAttribute("aria-expanded", String(!folded));
  });
  more.setAttribute("aria-expanded", "false");
  return [heading, el("p", { class: "unfold" }, more)];
}

/** What can be done with an answer; `text` is what 复制 puts on the clipboard, nothing where there is nothing to copy. */
function tools(view, text = "") {
  const copy = (label, copied) => {
    const button = action(label, async () => {
      button.textContent = (await copyText(copied)) ? "已复制" : "没有复制成功，请手工选取";
      setTimeout(() => (button.textContent = label), 2000);
    });
    return button;
  };
  const address = `${location.origin}${location.pathname}#ask=${encodeURIComponent(view.question)}`;
  const share = !view.follows && copy("复制链接", address); // a question that follows on another means nothing alone
  return el("div", { class: "answer-tools" }, text && copy("复制（带出处）", text), share, text && action("打印", () => window.print()), markButtons(view));
}

/** @param {any} view */
function withSources(view) {
  const body = view.sentences.map((s) => s.text + s.citations.map((n) => `[${n}]`).join("") + stopOf(view, s)).join("\n");
  const list = view.citations.map((c) => `[${c.number}] 《${c.title}》${path(c.headings)}（${fileName(c.source)}）`).join("\n");
  return `${body}\n\n出处：\n${list}\n`;
}
