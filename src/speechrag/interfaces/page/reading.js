// The reading view: one whole speech at the place cited, the exact words marked, its headings beside it.
import { comparison } from "./compare.js";
import { action, Chars, decorated, el, fetchJson, fileName } from "./dom.js";

const PARTING_LEVEL = 2; // headings up to this level begin a paragraph
const LONGEST_PARAGRAPH = 800; // characters

/** @typedef {{start: number, end: number, number?: number}} Mark offsets into the cleaned speech */

export class ReadingView {
  /** @param {string} desk @param {string} hint shown while nothing is open */
  constructor(desk, hint) {
    this.desk = desk;
    this.root = el("section", { class: "reading", "aria-label": "讲话原文" });
    this.hint = hint;
    this.close();
  }

  close() {
    this.speech = null;
    this.ticket = (this.ticket || 0) + 1;
    this.root.replaceChildren(el("p", { class: "hint" }, this.hint));
    if (document.body.dataset.reading === this.desk) delete document.body.dataset.reading;
  }

  /**
   * Open a speech with its marks; `current` is the one to show.
   * @param {string} speechId @param {Mark[]} marks @param {number} current
   * @param {"clean" | "compare"} layer shown first of a speech that is not open yet
   */
  async open(speechId, marks, current = 0, layer = "clean") {
    const ticket = ++this.ticket; // a slower, earlier request must not overwrite a later one
    document.body.dataset.reading = this.desk;
    if (this.speech?.speech_id !== speechId) {
      try {
        const speech = await fetchJson(`/api/speeches/${encodeURIComponent(speechId)}`);
        if (ticket !== this.ticket) return;
        this.speech = speech;
        this.layer = layer;
      } catch (error) {
        if (ticket === this.ticket) this.fail(error.message);
        return;
      }
    }
    this.marks = marks;
    this.current = current;
    this.draw();
  }

  /** @param {string} sentence */
  fail(sentence) {
    this.speech = null;
    this.root.replaceChildren(
      el("div", { class: "reading-tools" }, el("span"), action("关闭", () => this.close(), "link drawer-close")),
      el("p", { class: "failure" }, sentence),
    );
  }

  draw() {
    const { speech } = this;
    this.root.classList.remove("show-contents");
    this.paper = el("article", { class: "paper", tabindex: "0", "aria-label": speech.title });
    const contents = this.layer === "clean" ? this.contents() : null;
    this.place = el("span", { class: "nth" });
    this.root.replaceChildren(
      el(
        "header",
        { class: "reading-head" },
        el("h2", {}, speech.title),
        el("p", { class: "facts", title: speech.source }, [...speech.facts, ...speech.quality, fileName(speech.source)].join(" · ")),
        el("div", { class: "reading-tools" }, this.layers(), contents && this.contentsButton(), this.steps(), action("关闭", () => this.close(), "link drawer-close")),
      ),
      el("div", { class: contents ? "reading-body with-contents" : "reading-body" }, contents, this.paper),
    );
    if (this.layer === "clean") this.fillClean();
    else if (this.layer === "original") this.fillOriginal();
    else this.fillComparison();
  }

  layers() {
    const choice = (layer, label, title) =>
      el(
        "button",
        { type: "button", title, "aria-pressed": String(this.layer === layer), onclick: () => this.show(layer) },
        label,
      );
    return el(
      "div",
      { class: "layers", role: "group", "aria-label": "文本" },
      choice("original", "原文", "文件里原来的样子"),
      choice("clean", "整理稿", "去掉拼音、页码等杂质，统一为简体后的文本"),
      choice("compare", "对照", "整理稿与原文并排，修复之处都标出来"),
    );
  }

  /** @param {"clean" | "original" | "compare"} layer */
  show(layer) {
    this.layer = layer;
    this.draw();
    this.root.querySelector(".layers [aria-pressed=true]")?.focus({ preventScroll: true });
  }

  steps() {
    this.stepper = el("span", { class: "steps" });
    const count = this.marks.length;
    if (count && this.layer !== "compare") {
      this.fillSteps(count, (by) => {
        this.current = (this.current + by + count) % count;
        this.markCurrent();
      });
    }
    return this.stepper;
  }

  /** @param {number} count @param {(by: number) => void} step */
  fillSteps(count, step) {
    const buttons = count > 1 ? [action("上一处", () => step(-1)), action("下一处", () => step(1))] : [];
    this.stepper.replaceChildren(this.place, ...buttons);
  }

  /** Where the view is narrow, the headings lie under this button. */
  contentsButton() {
    const button = action("目录", () => {
      const shown = this.root.classList.toggle("show-contents");
      button.setAttribute("aria-expanded", String(shown));
    }, "link contents-button");
    button.setAttribute("aria-expanded", "false");
    return button;
  }

  contents() {
    const { sections } = this.speech;
    if (sections.length < 2) return null;
    return el(
      "nav",
      { class: "contents", "aria-label": "目录" },
      el("p", { class: "contents-title" }, "目录"),
      sections.map((section, index) =>
        el(
          "button",
          {
            type: "button",
            class: `level-${Math.min(section.level, 5)}`,
            title: section.label + section.heading,
            onclick: () => this.toSection(index),
          },
          section.label + section.heading,
        ),
      ),
    );
  }

  /** @param {number} index */
  toSection(index) {
    this.root.classList.remove("show-contents");
    this.paper.querySelector(`[data-section="${index}"]`)?.scrollIntoView({ block: "start" });
  }

  fillClean() {
    const chars = new Chars(this.speech.text);
    const lines = chars.lines();
    for (const [start, end] of lines.flatMap((line) => this.parted(line))) this.paper.append(this.paragraph(chars, start, end));
    this.centreTitle(lines.slice(0, 2).map(([start, end]) => chars.slice(start, end)));
    this.markCurrent();
  }

  /**
   * A line as it is to be set. A page that lost its line ends is parted at its headings, which stand alone where they are
   * of the first level; points such as 一是 stay in their paragraph unless it is far too long to be one.
   * @param {[number, number]} line @returns {[number, number][]}
   */
  parted([start, end]) {
    const inside = this.speech.sections.filter((section) => section.start >= start && section.start < end);
    const kept = inside.filter((section) => section.level <= PARTING_LEVEL || end - start > LONGEST_PARAGRAPH);
    if (!kept.some((section) => section.start > start)) return [[start, end]];
    const cuts = new Set([start, end]);
    for (const section of kept) {
      cuts.add(section.start);
      if (section.level === 1 && section.body > section.start && section.body < end) cuts.add(section.body);
    }
    const points = [...cuts].sort((a, b) => a - b);
    return points.slice(1).map((right, index) => [points[index], right]);
  }

  /** A speech often opens with its own title and, below it, date and speaker in brackets. @param {string[]} lines */
  centreTitle([first, second = ""]) {
    if (first !== this.speech.title) return;
    this.paper.children[0].classList.add("own-title");
    if (/^[（(].{2,40}[）)]$/u.test(second)) this.paper.children[1].classList.add("under-title");
  }

  /** @param {Chars} chars @param {number} start @param {number} end */
  paragraph(chars, start, end) {
    const here = this.speech.sections
      .map((section, index) => ({ ...section, index }))
      .filter((section) => section.start >= start && section.start < end);
    const whole = here.find((section) => section.start === start && section.body >= end);
    const spans = this.marks.map((mark, index) => ({ start: mark.start, end: mark.end, make: (left, right) => this.mark(index, left, right) }));
    for (const section of here) {
      if (section === whole) continue; // its line is the heading itself
      const body = Math.max(section.body, section.start + 1);
      const tag = section.start === start ? "strong" : "span";
      spans.push({ start: section.start, end: body, make: () => el(tag, tag === "span" ? { "data-section": section.index } : {}) });
    }
    const nodes = decorated(chars, start, end, spans);
    const opening = here.find((section) => section.start === start);
    if (!whole) return el("p", opening ? { "data-section": opening.index } : {}, nodes);
    return el(`h${Math.min(whole.level, 3) + 2}`, { "data-section": whole.index }, nodes);
  }

  /** A piece of a mark; `start` and `end` where the marks overlap and a piece can belong to several. @param {number} index */
  mark(index, start, end) {
    // A whole passage is only tinted; the strong mark is for words that are quoted.
    return el("mark", { "data-mark": index, "data-start": start, "data-end": end, class: this.marks[index].number ? "" : "place" });
  }

  async fillOriginal() {
    const ticket = this.ticket;
    this.paper.replaceChildren(el("p", { class: "busy", role: "status" }, "正在取原文……"));
    const marks = this.marks.map((mark) => `${mark.start}-${mark.end}`).join(",");
    const id = encodeURIComponent(this.speech.speech_id);
    try {
      const { segments } = await fetchJson(`/api/speeches/${id}/original?marks=${marks}`);
      if (ticket !== this.ticket || this.layer !== "original") return;
      this.drawSegments(segments);
      this.markCurrent();
    } catch (error) {
      this.paper.replaceChildren(el("p", { class: "failure" }, error.message));
    }
  }

  async fillComparison() {
    const ticket = this.ticket;
    this.paper.replaceChildren(el("p", { class: "busy", role: "status" }, "正在取原文对照……"));
    try {
      const { rows, repairs } = await fetchJson(`/api/speeches/${encodeURIComponent(this.speech.speech_id)}/changes`);
      if (ticket !== this.ticket || this.layer !== "compare") return;
      this.paper.classList.add("wide");
      this.paper.replaceChildren(comparison(rows));
      this.stepThrough([...this.paper.querySelectorAll(".repair")], repairs);
      const mark = this.marks[this.current];
      const places = mark ? [...this.paper.querySelectorAll(".pair[data-start]")].filter((row) => row.dataset.start < mark.end && mark.start < row.dataset.end) : [];
      for (const row of places) row.classList.add("place");
      places[0]?.scrollIntoView({ block: "center" });
    } catch (error) {
      this.paper.replaceChildren(el("p", { class: "failure" }, error.message));
    }
  }

  /** @param {Element[]} repairs @param {number} count */
  stepThrough(repairs, count) {
    let at = -1;
    this.place.textContent = count ? `修复 ${count} 处` : "没有需要修复的地方";
    this.fillSteps(repairs.length + 1, (by) => {
      repairs[at]?.classList.remove("current");
      at = at < 0 && by < 0 ? repairs.length - 1 : (at + by + repairs.length) % repairs.length;
      repairs[at].classList.add("current");
      repairs[at].scrollIntoView({ block: "center" });
      this.place.textContent = `修复第 ${at + 1} 处，共 ${repairs.length} 处`;
    });
    if (!repairs.length) this.stepper.replaceChildren(this.place);
  }

  /** @param {{text: string, mark: number}[]} segments */
  drawSegments(segments) {
    let line = el("p", { class: "as-received" });
    this.paper.replaceChildren(line);
    for (const { text, mark } of segments) {
      text.split("\n").forEach((part, index) => {
        if (index) {
          line = el("p", { class: "as-received" });
          this.paper.append(line);
        }
        if (!part) return;
        if (mark < 0) line.append(part);
        else {
          const node = this.mark(mark);
          node.append(part);
          line.append(node);
        }
      });
    }
  }

  markCurrent() {
    let first = null;
    const now = this.marks[this.current];
    for (const node of this.paper.querySelectorAll("mark")) {
      const { mark, start, end } = node.dataset;
      const isCurrent = Number(mark) === this.current || (start !== undefined && now.start <= Number(start) && Number(end) <= now.end);
      node.classList.toggle("current", isCurrent);
      if (isCurrent) first = first || node;
    }
    const count = this.marks.length;
    if (count > 1) this.place.textContent = `第 ${this.current + 1} 处，共 ${count} 处`;
    if (first) first.scrollIntoView({ block: "center" });
    else this.paper.scrollTop = 0;
  }
}
