// 拟稿: the outline as a document. A point selected shows what it rests on; gaps and warnings are gathered at the foot.
import { action, Chars, decorated, el, path, sendJson } from "./dom.js";
import { ReadingView } from "./reading.js";

const SLOT = /【待[补核][^】]{0,40}】/gu;

export class DraftDesk {
  constructor() {
    this.paper = el("div", { class: "outline", "aria-live": "polite" }, el("p", { class: "hint" }, "提纲会写在这里：标题、称谓、开场、要点、结尾，每个要点都注明依据。"));
    this.reading = new ReadingView("draft", "");
    this.evidence = el("section", { class: "evidence", "aria-label": "依据" });
    this.side = el("div", { class: "side" }, this.evidence);
    this.mounts = { "draft-outline": this.paper, "draft-reading": this.side };
    this.noEvidence("点提纲中的一个要点，这里列出它的依据。");
  }

  noEvidence(sentence) {
    this.evidence.replaceChildren(el("p", { class: "hint" }, sentence));
    this.side.replaceChildren(this.evidence);
  }

  /** @param {string} brief @param {HTMLElement} busy */
  start(brief, busy) {
    this.paper.prepend(busy);
    this.paper.classList.add("stale");
  }

  /** @param {any} view */
  finish(view) {
    this.paper.classList.remove("stale");
    if (view.kind === "failure") return this.paper.replaceChildren(el("p", { class: "failure" }, view.text));
    this.view = view;
    this.title = 0;
    this.byNumber = new Map(view.citations.map((citation) => [citation.number, citation]));
    this.noEvidence("点提纲中的一个要点，这里列出它的依据。");
    this.draw();
    this.paper.scrollTop = 0;
  }

  draw() {
    const { view } = this;
    this.paper.replaceChildren(
      el("div", { class: "outline-bar" }, this.plan(), this.exports()),
      el(
        "article",
        { class: "sheet" },
        this.titles(),
        this.editable("p", "salutation", view.salutation, [], "salutation"),
        this.editable("div", "opening", view.opening, [], "opening"),
        view.points.map((point, index) => this.point(point, [index])),
        this.editable("div", "closing", view.closing, [], "closing"),
      ),
      (this.footer = el("footer", { class: "foot" })),
    );
    this.fillFoot();
  }

  /**
   * A part that can be typed over; the change goes to the server when it loses focus, so that exports carry it.
   * @param {string} tag @param {string} className @param {string} text @param {number[]} place @param {string} field
   */
  editable(tag, className, text, place, field) {
    const fill = () => node.replaceChildren(...(tag === "div" ? paragraphs(text) : slotted(text)));
    const node = el(tag, {
      class: `editable ${className}`,
      contenteditable: "plaintext-only",
      spellcheck: "false",
      onblur: () => save(),
      onkeydown: (event) => {
        if (event.key === "Escape") {
          fill();
          node.blur();
        }
        if (event.key !== "Enter" || tag === "div" || event.isComposing || event.keyCode === 229) return;
        event.preventDefault();
        node.blur();
      },
    });
    const save = async () => {
      const typed = node.innerText.replace(/\n{2,}/g, "\n").trim();
      if (typed === text) return;
      try {
        const view = await sendJson(`/api/results/${this.view.id}/edits`, { path: place, field, text: typed });
        text = typed;
        this.view = view;
        fill();
        this.fillFoot();
      } catch (error) {
        this.footer.prepend(el("p", { class: "failure" }, error.message));
      }
    };
    fill();
    return node;
  }

  plan() {
    const pairs = this.view.plan.map(([label, value]) => el("span", {}, el("b", {}, label), " ", value));
    return el("p", { class: "plan" }, pairs);
  }

  exports() {
    const link = (kind, label) =>
      el("a", { class: "export", href: `/api/results/${this.view.id}/outline.${kind}?title=${this.title}`, download: true }, label);
    return el("span", { class: "exports" }, link("docx", "导出 Word"), link("md", "导出 Markdown"));
  }

  titles() {
    const { titles } = this.view;
    const others = titles.map((title, index) => [title, index]).filter(([, index]) => index !== this.title);
    const choose = (index) => () => {
      this.title = index;
      this.draw();
    };
    return el(
      "header",
      {},
      this.editable("h2", "", titles[this.title] || "讲话提纲", [this.title], "title"),
      others.length > 0 &&
        el("p", { class: "other-titles" }, "备选标题 ", others.map(([title, index]) => action(title, choose(index)))),
    );
  }

  /** @param {any} point @param {number[]} place its position in the outline */
  point(point, place) {
    const count = (point.citations.length ? point.citations : below(point)).length;
    const select = () => this.select(point, row);
    const row = el(
      "div",
      { class: "point-row", onclick: select, onfocusin: select },
      el(
        `h${Math.min(point.level, 3) + 2}`,
        {},
        el("span", { class: "number" }, point.number),
        this.editable("span", "heading", point.heading, place, "heading"),
      ),
      el("button", { type: "button", class: "count", "aria-label": `${point.number}${count} 处依据` }, count ? `${count} 处依据` : "无依据"),
      point.text && point.text !== point.heading && this.editable("div", "point-text", point.text, place, "text"),
    );
    const children = point.points.map((child, index) => this.point(child, [...place, index]));
    return el("section", { class: `point level-${point.level}` }, row, children);
  }

  select(point, row) {
    if (row.hasAttribute("aria-current") && this.side.contains(this.evidence)) return;
    this.paper.querySelector("[aria-current]")?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    const find = (numbers) => numbers.map((number) => this.byNumber.get(number)).filter(Boolean);
    const own = find(point.citations);
    const further = find(below(point).filter((number) => !point.citations.includes(number)));
    const list = (label, found) => [
      el("p", { class: "quiet" }, `${label} ${found.length} 处`),
      el("ol", {}, found.map((citation) => this.quote(citation, [...own, ...further]))),
    ];
    this.side.replaceChildren(this.evidence);
    this.evidence.scrollTop = 0;
    if (document.activeElement?.isContentEditable !== true) document.body.dataset.reading = "draft";
    const parts = [
      el(
        "header",
        {},
        el("h2", {}, point.number + point.heading),
        action("关闭", () => delete document.body.dataset.reading, "link drawer-close"),
      ),
      ...(own.length ? list("依据", own) : []),
      ...(further.length ? list("下级要点的依据", further) : []),
      own.length + further.length === 0 && el("p", { class: "quiet" }, "这一点没有直接依据，请自行核实。"),
    ];
    this.evidence.replaceChildren(...parts.filter(Boolean));
  }

  quote(citation, all) {
    return el(
      "li",
      {},
      el("blockquote", {}, citation.quote),
      el("p", { class: "facts" }, el("span", {}, `《${citation.title}》 ${path(citation.headings)}`), action("打开", () => this.open(citation, all))),
    );
  }

  open(citation, all) {
    const same = all.filter((other) => other.speech_id === citation.speech_id).sort((a, b) => a.start - b.start);
    const back = action("‹ 返回依据", () => this.side.replaceChildren(this.evidence), "link back");
    this.side.replaceChildren(back, this.reading.root);
    this.reading.open(citation.speech_id, same, same.indexOf(citation));
  }

  fillFoot() {
    const { slots, warnings, notes } = this.view;
    const go = (text, nth) => () => {
      const marks = [...this.paper.querySelectorAll(".sheet .slot")].filter((mark) => mark.textContent === text);
      (marks[nth] || marks[0])?.scrollIntoView({ block: "center" });
    };
    const slotItem = (slot, index) => {
      const nth = slots.slice(0, index).filter((other) => other.text === slot.text).length; // of those that read the same
      return el("li", {}, action(slot.text, go(slot.text, nth), "slot"), el("span", {}, slot.where));
    };
    const warningItem = (w) => el("li", {}, el("b", {}, w.kind), slotted(w.text), el("span", {}, w.where));
    this.footer.replaceChildren(
      ...[
        slots.length > 0 && el("h3", {}, `还有 ${slots.length} 处待补`),
        slots.length > 0 && el("ul", { class: "checklist" }, slots.map(slotItem)),
        warnings.length > 0 && el("h3", {}, "请留意"),
        warnings.length > 0 && el("ul", { class: "warnings" }, warnings.map(warningItem)),
        ...notes.map((note) => el("p", { class: "quiet" }, note)),
      ].filter(Boolean),
    );
  }
}

/** The citations of the points under a point, each once. @returns {number[]} */
function below(point) {
  return [...new Set(point.points.flatMap((child) => [...child.citations, ...below(child)]))];
}

/** Text with its 【待补：…】 gaps tinted, as nodes. @param {string} text */
function slotted(text) {
  const chars = new Chars(text);
  const spans = [...text.matchAll(SLOT)].map((match) => {
    const start = new Chars(text.slice(0, match.index)).length;
    return { start, end: start + new Chars(match[0]).length, make: () => el("span", { class: "slot" }) };
  });
  return decorated(chars, 0, chars.length, spans);
}

/** @param {string} text */
function paragraphs(text) {
  return text.split("\n").filter((line) => line.trim()).map((line) => el("p", {}, slotted(line)));
}
