// 语料: what there is. A table of speeches with their state, and what became of every file; a speech opens beside its original.
import { action, el, fetchJson, fileName } from "./dom.js";
import { ReadingView } from "./reading.js";
import { Uploader } from "./upload.js";

const PAUSE = 250; // ms after the last key before the list follows what is typed

export class CorpusDesk {
  /** @param {() => void} published called when files added here are in the index */
  constructor(published) {
    this.wanted = {};
    this.kind = "speeches";
    this.bar = el("div", { class: "corpus-bar" });
    this.filters = el("div", { class: "corpus-filters" });
    this.list = el("div", { class: "corpus-list", "aria-live": "polite" });
    this.uploader = new Uploader(published);
    this.body = el("section", { class: "corpus", "aria-label": "语料" }, this.bar, this.uploader.root, this.filters, this.list);
    this.reading = new ReadingView("corpus", "点一篇讲话，在这里对照整理稿与原文，修复之处都会标出来。");
    this.mounts = { "corpus-left": this.body, "corpus-reading": this.reading.root };
  }

  /** Called when the desk is shown first, and when the corpus was exchanged. */
  async load() {
    try {
      this.overview = await fetchJson("/api/corpus");
    } catch (error) {
      this.list.replaceChildren(el("p", { class: "failure" }, error.message));
      return;
    }
    this.uploader.load();
    this.drawBar();
    this.drawFilters();
    await this.fill();
  }

  drawBar() {
    const { speeches, files } = this.overview;
    const choice = (kind, label) =>
      el("button", { type: "button", "aria-pressed": String(this.kind === kind), onclick: () => this.show(kind) }, label);
    this.bar.replaceChildren(
      el("div", { class: "layers", role: "group", "aria-label": "列出" }, choice("speeches", `讲话 ${speeches} 篇`), choice("files", `文件 ${files} 个`)),
      el("a", { class: "export", href: "/api/corpus/report.html", download: true }, "下载整理报告"),
    );
  }

  async show(kind) {
    this.kind = kind;
    this.wanted = {};
    this.drawBar();
    this.drawFilters();
    this.bar.querySelector("[aria-pressed=true]").focus();
    await this.fill();
  }

  drawFilters() {
    const { filters, states } = this.overview;
    if (this.kind === "files") {
      const values = states.map(([state, label, count]) => [state, count, label]);
      return this.filters.replaceChildren(this.choice({ key: "state", label: "收录情况", values }));
    }
    let timer = 0;
    const typed = (event) => {
      if (event.isComposing) return;
      clearTimeout(timer);
      timer = setTimeout(() => this.want("text", event.target.value), PAUSE);
    };
    const name = "标题或文件名";
    const field = el("input", { type: "search", placeholder: name, "aria-label": name, maxlength: "100", oninput: typed, oncompositionend: typed });
    this.filters.replaceChildren(field, ...filters.map((filter) => this.choice(filter)));
  }

  choice({ key, label, values }) {
    const options = values.map(([value, count, shown]) => el("option", { value }, `${shown || value}（${count}）`));
    const onchange = (event) => this.want(key, event.target.value);
    return el("select", { "aria-label": label, onchange }, el("option", { value: "" }, label), options);
  }

  want(key, value) {
    if (value) this.wanted[key] = value;
    else delete this.wanted[key];
    return this.fill();
  }

  /** @param {number} offset rows that are shown already */
  async fill(offset = 0) {
    const ticket = (this.ticket = (this.ticket || 0) + 1);
    let page;
    try {
      page = await fetchJson(`/api/corpus/${this.kind}?${new URLSearchParams({ ...this.wanted, offset: String(offset) })}`);
    } catch (error) {
      this.list.replaceChildren(el("p", { class: "failure" }, error.message));
      return;
    }
    if (ticket !== this.ticket) return; // a later wish is on its way
    if (!page.total) return this.list.replaceChildren(el("p", { class: "hint" }, "没有符合条件的，可以放宽筛选。"));
    const rows = page.rows.map((row) => (this.kind === "files" ? fileRow(row) : this.speechRow(row)));
    if (offset) this.list.querySelector("tbody").append(...rows);
    else this.drawTable(rows, page.total);
    this.drawMore(offset + rows.length, page.total);
  }

  drawTable(rows, total) {
    const heads = this.kind === "files" ? ["文件", "情况"] : ["讲话", "字数", "完好程度"];
    const back = this.wanted.family && action("‹ 全部讲话", () => this.want("family", ""), "link");
    this.list.replaceChildren(
      el("p", { class: "quiet" }, this.kind === "files" ? `${total} 个文件` : `${total} 篇讲话`, back),
      el("table", {}, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col", class: head === "字数" && "number" }, head)))), el("tbody", {}, rows)),
    );
    this.list.scrollTop = 0;
  }

  drawMore(shown, total) {
    this.list.querySelector(".more")?.remove();
    if (shown < total) this.list.append(el("p", { class: "more" }, action(`再显示一些（已显示 ${shown}，共 ${total}）`, () => this.fill(shown))));
  }

  speechRow(row) {
    const open = () => {
      this.list.querySelector("tr[aria-current]")?.removeAttribute("aria-current");
      line.setAttribute("aria-current", "true");
      this.reading.open(row.speech_id, [], 0, "compare");
    };
    const family = row.alike > 0 && action(`另有 ${row.alike} 份相近`, () => this.want("family", row.family), "link small");
    const line = el(
      "tr",
      {},
      el("td", {}, action(row.title, open, "row-title"), el("p", { class: "facts" }, [...row.facts, fileName(row.source)].join(" · "), " ", family)),
      el("td", { class: "number" }, row.characters.toLocaleString("zh-CN")),
      el("td", { class: row.quality.length ? "flawed" : "" }, row.quality.join("、") || "完整"),
    );
    return line;
  }
}

function fileRow(row) {
  const flawed = ["skipped", "part skipped"].includes(row.state);
  return el(
    "tr",
    {},
    el("td", {}, row.source, row.detail && el("p", { class: "facts" }, row.detail)),
    el("td", { class: flawed ? "flawed" : "" }, row.label),
  );
}
