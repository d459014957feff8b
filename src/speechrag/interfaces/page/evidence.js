// The column beside the outline: what the chosen point rests on, what else it may become, and wordings for it.
import { action, el, path } from "./dom.js";
import { ReadingView } from "./reading.js";

const PHRASES = 12; // shown for one point

export class Evidence {
  /** @param {{act: (change: object) => void, close: () => void}} go */
  constructor(go) {
    this.go = go;
    this.reading = new ReadingView("draft", "");
    this.list = el("section", { class: "evidence", "aria-label": "依据" });
    this.root = el("div", { class: "side" }, this.list);
    this.clear();
  }

  clear() {
    this.list.replaceChildren(el("p", { class: "hint" }, "点提纲中的一个要点，这里列出它的依据、其他写法和可用语句。"));
    this.root.replaceChildren(this.list);
  }

  focus() {
    this.list.querySelector("h2")?.focus();
  }

  /** @param {any} view the outline @param {any} point @param {number[]} place @param {number} row how many points stand beside it */
  show(view, point, place, row) {
    const byNumber = new Map(view.citations.map((citation) => [citation.number, citation]));
    const find = (numbers) => numbers.map((number) => byNumber.get(number)).filter(Boolean);
    const own = find(cited(point));
    const further = find(below(point).filter((number) => !cited(point).includes(number)));
    const all = [...own, ...further];
    const list = (label, found) => [
      el("h3", {}, `${label} ${found.length} 处`),
      el("ol", {}, found.map((citation) => this.quote(citation, all))),
    ];
    this.root.replaceChildren(this.list);
    this.list.replaceChildren(
      ...[
        el("header", {}, el("h2", { tabindex: "-1" }, point.number + point.heading), action("关闭", this.go.close, "link drawer-close")),
        this.tools(point, place, row),
        point.frequency > 0 && el("p", { class: "quiet" }, `语料中有 ${point.frequency} 份讲话这样讲${point.years && `（${point.years}）`}`),
        ...(own.length ? list("依据", own) : []),
        ...(further.length ? list("下级要点的依据", further) : []),
        all.length === 0 && el("p", { class: "quiet" }, "这一点没有直接依据，请自行核实。"),
        ...this.alternatives(point, place),
        ...this.phrases(view.phrases.filter((phrase) => phrase.role === point.role)),
      ].filter(Boolean),
    );
    this.list.scrollTop = 0;
  }

  tools(point, place, row) {
    const act = (name, more = {}) => () => this.go.act({ act: name, path: place, ...more });
    const at = place.at(-1);
    const changes = [
      point.alternatives.length > 0 && action("换一个", act("regenerate")),
      action("展开", act("expand")),
      (point.text || point.paragraphs.length > 0) && action("压缩", act("compress")),
      action("删除", act("remove")),
    ];
    return el(
      "p",
      { class: "point-tools" },
      action(point.locked ? "解锁" : "锁定", act("lock", { on: !point.locked })),
      at > 0 && action("上移", act("move", { to: at - 1 })),
      at < row - 1 && action("下移", act("move", { to: at + 1 })),
      ...(point.locked ? [] : changes),
    );
  }

  quote(citation, all) {
    return el(
      "li",
      {},
      el("blockquote", {}, citation.quote),
      el("p", { class: "facts" }, el("span", {}, `《${citation.title}》 ${path(citation.headings)}`), action("打开", () => this.open(citation, all))),
    );
  }

  alternatives(point, place) {
    if (!point.alternatives.length || point.locked) return [];
    const choose = (number) => () => this.go.act({ act: "choose", path: place, number });
    const item = (other, number) =>
      el(
        "li",
        { class: "other" },
        action(other.heading, choose(number), "choice"),
        other.frequency > 0 && el("span", { class: "quiet" }, ` ${other.frequency} 份${other.years && `，${other.years}`}`),
        other.text && el("p", { class: "quiet" }, other.text),
      );
    return [el("h3", {}, "其他写法"), el("ol", {}, point.alternatives.map(item))];
  }

  phrases(phrases) {
    if (!phrases.length) return [];
    const item = (phrase) =>
      el(
        "li",
        { class: "phrase" },
        el("p", {}, phrase.text),
        el(
          "p",
          { class: "facts" },
          el("span", {}, `《${phrase.source.title}》${phrase.count > 1 ? ` 等 ${phrase.count} 份` : ""}`),
          action("打开", () => this.open(phrase.source, [phrase.source])),
        ),
      );
    return [el("h3", {}, "可用语句"), el("ol", {}, phrases.slice(0, PHRASES).map(item))];
  }

  open(citation, all) {
    const same = all.filter((other) => other.speech_id === citation.speech_id).sort((a, b) => a.start - b.start);
    const back = action("‹ 返回依据", () => this.root.replaceChildren(this.list), "link back");
    this.root.replaceChildren(back, this.reading.root);
    this.reading.open(citation.speech_id, same, same.indexOf(citation));
  }
}

/** The citations of a point itself, each once. @returns {number[]} */
export function cited(point) {
  return [...new Set([...point.citations, ...point.paragraphs.flatMap((paragraph) => paragraph.citations)])];
}

/** The citations of the points under a point, each once. @returns {number[]} */
export function below(point) {
  return [...new Set(point.points.flatMap((child) => [...cited(child), ...below(child)]))];
}
