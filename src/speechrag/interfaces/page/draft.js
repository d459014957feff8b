// 拟稿: the outline as a document. Every change goes to the server, which keeps the draft and sends back how it stands.
import { action, Chars, decorated, el, fetchJson, grouped, sendJson } from "./dom.js";
import { below, cited, Evidence } from "./evidence.js";
import { exportMenu } from "./exports.js";
import { size, Versions } from "./versions.js";

const SLOT = /【待[补核][^】]{0,40}】/gu;

export class DraftDesk {
  constructor() {
    const go = { act: (change) => this.act(change), close: () => delete document.body.dataset.reading };
    this.evidence = new Evidence(go);
    this.evidence.root.addEventListener("keydown", ({ key }) => key === "Escape" && this.paper.querySelector(".point-row[aria-current] .count")?.focus());
    this.versions = new Versions(go);
    this.paper = el("div", { class: "outline", "aria-live": "polite" }, this.welcome());
    this.mounts = { "draft-outline": this.paper, "draft-reading": this.evidence.root };
  }

  welcome() {
    const what = "提纲会写在这里：标题、称谓、开场、要点、结尾，每个要点都注明依据。";
    return el("div", { class: "hint" }, el("p", {}, what), el("p", {}, this.opener("打开以前存的草稿")));
  }

  /** @param {string} brief @param {HTMLElement} busy */
  start(brief, busy) {
    this.paper.prepend(busy);
    this.paper.classList.add("stale");
  }

  /** @param {any} view */
  finish(view) {
    this.paper.classList.remove("stale");
    if (view.kind === "failure") {
      const on = this.view ? action("‹ 返回提纲", () => this.draw()) : this.welcome();
      return this.paper.replaceChildren(el("p", { class: "failure" }, view.text), on);
    }
    if (this.view?.undo) this.before = this.view; // what was worked on is not lost to a second outline
    this.begin(view);
  }

  /** Show an outline from its top. */
  begin(view) {
    this.title = 0;
    this.selected = null;
    this.planning = false;
    this.evidence.clear();
    this.take(view);
    this.paper.scrollTop = 0;
  }

  /** Go back to the outline that was worked on before this one; the same way leads here again. */
  exchange() {
    const { before } = this;
    this.before = this.view;
    this.begin(before);
  }

  /** Whether there is work that was not taken away as a file. */
  get unsaved() {
    return Boolean(this.view?.undo) && this.saved !== this.view;
  }

  take(view) {
    this.view = view;
    if (this.title >= view.titles.length) this.title = 0;
    this.draw();
  }

  /** Ask the server for a change; what comes back is drawn at the same place. @param {any} change */
  async act(change) {
    if (this.acting) return;
    this.acting = true;
    const held = document.activeElement;
    const halt = () => fetch(`/api/results/${this.view.id}/stop`, { method: "POST" }).catch(() => {});
    const busy = el("p", { class: "busy", role: "status" }, "正在修改提纲……", action("停止", halt));
    const soon = setTimeout(() => this.paper.querySelector(".outline-bar").append(busy), 400); // most changes are done by then
    try {
      const view = await sendJson(`/api/results/${this.view.id}/changes`, change);
      if (change.act === "move") this.selected = [...change.path.slice(0, -1), change.to];
      if (change.act === "remove") this.leave();
      if (change.act === "plan") this.planning = false;
      this.take(view);
      this.hold(held);
    } catch (error) {
      this.complain(error.message);
    } finally {
      this.acting = false;
      clearTimeout(soon);
      busy.remove();
    }
  }

  /** Where a button that was used is drawn anew, the keyboard goes on from it. @param {Element} held */
  hold(held) {
    if (held.isConnected || document.activeElement !== document.body) return;
    const buttons = [...this.evidence.root.querySelectorAll("button"), ...this.paper.querySelectorAll(".outline-bar button")];
    const again = buttons.find((button) => button.textContent === held.textContent);
    (again || this.evidence.root.querySelector("h2") || buttons[0])?.focus({ preventScroll: true });
  }

  /** The point that was shown is gone: so is what could be done with it. */
  leave() {
    this.selected = null;
    this.evidence.clear();
    delete document.body.dataset.reading;
  }

  /** Put a passage among the sources of a point. @param {{path: number[], passage_id: string}} change throws an Error with a sentence to show */
  async cite(change) {
    this.selected = change.path;
    this.take(await sendJson(`/api/results/${this.view.id}/changes`, { act: "cite", ...change }));
  }

  complain(sentence) {
    this.paper.querySelector(".outline-bar .failure")?.remove();
    this.paper.querySelector(".outline-bar")?.append(el("p", { class: "failure", role: "alert" }, sentence));
  }

  draw() {
    const { view } = this;
    const kept = this.paper.scrollTop;
    this.rows = new Map();
    this.paper.replaceChildren(
      el("div", { class: "outline-bar" }, this.planning ? this.planForm() : this.plan(), this.length(), this.tools()),
      el(
        "article",
        { class: "sheet" },
        ...(view.points.length ? [] : view.notes.map((note) => el("p", { class: "failure" }, note))), // why there is nothing, where it is seen
        this.titles(),
        this.editable("p", "salutation", view.salutation, [], "salutation"),
        this.editable("div", "opening", view.opening, [], "opening"),
        view.points.map((point, index) => this.point(point, [index])),
        this.editable("div", "closing", view.closing, [], "closing"),
      ),
      (this.footer = el("footer", { class: "foot" })),
    );
    this.fillFoot();
    this.paper.scrollTop = kept;
    if (this.selected) this.reselect();
    else if (this.versions.shown) this.versions.take(view);
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
        const view = await sendJson(`/api/results/${this.view.id}/changes`, { act: "edit", path: place, field, text: typed });
        text = typed;
        this.view = view; // not drawn anew: the next part may be typed in already
        fill();
        this.fillFoot();
        this.paper.querySelector(".steps")?.replaceWith(this.steps());
        this.paper.querySelector(".length")?.replaceWith(this.length());
        if (this.versions.shown) this.versions.take(view);
      } catch (error) {
        this.complain(error.message);
      }
    };
    fill();
    return node;
  }

  plan() {
    const told = this.view.plan.filter(({ key, value }) => value && key !== "length");
    const pairs = told.map(({ label, value }) => el("span", {}, el("b", {}, label), " ", value));
    return el("p", { class: "plan" }, pairs, action("修改", () => this.openPlan()));
  }

  /** How long the draft is, against what was asked, and how long each part. */
  length() {
    const { characters, asked, parts } = this.view.length;
    const whole = `全文约 ${size(characters)}${asked ? `，要求 ${size(asked)}` : ""}`;
    const each = parts.map((count) => count.toLocaleString("zh-CN")).join("、");
    const frame = characters - parts.reduce((sum, count) => sum + count, 0);
    const told = `各部分 ${each} 字，首尾共 ${size(frame)}`;
    return el("p", { class: "length" }, el("span", {}, whole), parts.length > 1 && el("span", { title: "首尾：标题、称谓、开场和结尾" }, told));
  }

  openPlan() {
    this.planning = true;
    this.draw();
    this.paper.querySelector(".plan-form :is(input, select)").focus();
  }

  /** What was read from the brief, each line to be corrected. */
  planForm() {
    const fields = this.view.plan.map(({ key, label, value, choices }) => {
      const options = choices.map((choice) => el("option", { value: choice, selected: choice === value }, choice));
      const field = choices.length ? el("select", { name: key }, options) : el("input", { name: key, value, maxlength: "200" });
      return el("label", {}, el("span", {}, label), field);
    });
    const send = () => {
      const values = [...form.querySelectorAll("input, select")].map((field) => [field.name, field.value]);
      this.act({ act: "plan", plan: Object.fromEntries(values) });
    };
    const close = () => {
      this.planning = false;
      this.draw();
    };
    const onkeydown = (event) => {
      if (event.key === "Escape") close();
      if (event.key === "Enter" && event.target.tagName === "INPUT" && !event.isComposing && event.keyCode !== 229) send();
    };
    const form = el("div", { class: "plan-form", onkeydown }, fields, el("p", {}, action("按此重拟", send), action("取消", close)));
    return form;
  }

  tools() {
    const expand = action("展开全文", () => this.act({ act: "expand", path: [] }));
    const versions = action("版本", () => this.openVersions());
    const back = this.before && action("回到上一份", () => this.exchange());
    return el("div", { class: "outline-tools" }, back, this.steps(), versions, expand, this.opener("打开草稿"), this.exports());
  }

  /** Show the list of versions in the column beside the outline. */
  openVersions() {
    this.selected = null;
    this.paper.querySelector("[aria-current]")?.removeAttribute("aria-current");
    this.evidence.root.replaceChildren(this.versions.root);
    this.versions.take(this.view);
    document.body.dataset.reading = "draft";
    this.versions.focus();
  }

  steps() {
    const { undo, redo } = this.view;
    const step = (label, act, what) => el("button", { type: "button", class: "link", title: what, onclick: () => this.act({ act }) }, label);
    return el("span", { class: "steps" }, undo && step("撤销", "undo", undo), redo && step("恢复", "redo", redo));
  }

  exports() {
    return exportMenu((name) => `/api/results/${this.view.id}/${name}?title=${this.title}`, () => (this.saved = this.view));
  }

  /** A button that opens a draft saved before. @param {string} label */
  opener(label) {
    const hidden = { class: "offscreen", tabindex: "-1", "aria-hidden": "true" };
    const file = el("input", { type: "file", accept: ".json,application/json", ...hidden, onchange: () => this.reopen(file) });
    return el("span", { class: "opener" }, action(label, () => file.click()), file);
  }

  async reopen(field) {
    const [file] = field.files;
    field.value = "";
    if (!file) return;
    try {
      this.finish(await fetchJson("/api/drafts", { method: "POST", body: file }));
    } catch (error) {
      if (this.view) this.complain(error.message);
      else this.finish({ kind: "failure", text: error.message });
    }
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
    const count = (cited(point).length ? cited(point) : below(point)).length;
    // Whoever comes along by keyboard sees what a point rests on; it is gone to, or on a phone opened, by choosing it.
    const choose = (event) => {
      this.select(place);
      if (document.activeElement?.isContentEditable === true) return;
      document.body.dataset.reading = "draft";
      if (!event.detail) this.evidence.focus();
    };
    const written = point.paragraphs.map((paragraph) => paragraph.text).join("\n");
    const row = el(
      "div",
      { class: "point-row", onclick: choose, onfocusin: () => this.select(place) },
      el(
        `h${Math.min(point.level, 3) + 2}`,
        {},
        el("span", { class: "number" }, point.number),
        this.editable("span", "heading", point.heading, place, "heading"),
        point.locked && el("span", { class: "locked" }, "已锁定"),
      ),
      el("button", { type: "button", class: "count", "aria-label": `${point.number}${count} 处依据` }, count ? `${count} 处依据` : "无依据"),
      written
        ? this.editable("div", "point-text", written, place, "paragraphs")
        : point.text && point.text !== point.heading && this.editable("div", "point-text", point.text, place, "text"),
    );
    this.rows.set(place.join(), row);
    const children = point.points.map((child, index) => this.point(child, [...place, index]));
    return el("section", { class: `point level-${point.level}` }, row, children);
  }

  /** @param {number[]} place */
  select(place) {
    const row = this.rows.get(place.join());
    if (row.hasAttribute("aria-current") && this.evidence.root.contains(this.evidence.list)) return;
    this.selected = place;
    this.reselect();
  }

  /** Show the chosen point's column as it stands now. */
  reselect() {
    const beside = this.selected.slice(0, -1).reduce((points, position) => points[position]?.points || [], this.view.points);
    const point = beside[this.selected.at(-1)];
    this.paper.querySelector("[aria-current]")?.removeAttribute("aria-current");
    if (!point) {
      this.selected = null;
      this.evidence.clear();
      return;
    }
    this.rows.get(this.selected.join())?.setAttribute("aria-current", "true");
    this.evidence.show(this.view, point, this.selected, beside.length);
  }

  fillFoot() {
    const { slots, warnings, notes } = this.view;
    const go = (text, nth) => () => {
      const marks = [...this.paper.querySelectorAll(".sheet .slot")].filter((mark) => mark.textContent === text);
      (marks[nth] || marks[0])?.scrollIntoView({ block: "center" });
    };
    const gaps = slots.map(({ text, where }, index) => {
      const nth = slots.slice(0, index).filter((other) => other.text === text).length; // of those that read the same
      return { where, button: action(text, go(text, nth), "slot") };
    });
    const slotItem = (found) => el("li", {}, el("span", {}, found[0].where), found.map(({ button }) => button));
    const warningItem = (found) => el("li", {}, el("b", {}, found[0].kind), found.map((w) => el("p", {}, el("span", {}, w.where), slotted(w.text))));
    this.footer.replaceChildren(
      ...[
        slots.length > 0 && el("h3", {}, `还有 ${slots.length} 处待补`),
        slots.length > 0 && el("ul", { class: "checklist" }, grouped(gaps, ({ where }) => where).map(slotItem)),
        warnings.length > 0 && el("h3", {}, "请留意"),
        warnings.length > 0 && el("ul", { class: "warnings" }, grouped(warnings, ({ kind }) => kind).map(warningItem)),
        ...(this.view.points.length ? notes : []).map((note) => el("p", { class: "quiet" }, note)),
      ].filter(Boolean),
    );
  }
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
