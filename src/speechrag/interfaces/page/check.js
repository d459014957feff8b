// 核对: a pasted text sentence by sentence, each with its verdict; what differs from the source is named and marked.
import { action, Chars, decorated, el, path } from "./dom.js";
import { ReadingView } from "./reading.js";

const TO_LOOK_AT = new Set(["near", "spliced", "quoting", "not_found"]);

export class CheckDesk {
  constructor() {
    this.list = el(
      "div",
      { class: "checks", "aria-live": "polite" },
      el("p", { class: "hint" }, "粘贴一段文字，逐句标明与语料一致、有出入还是未找到；数字、日期、名称不符的单独列出。"),
    );
    this.reading = new ReadingView("check", "点出处，在这里阅读讲话原文。");
    this.mounts = { "check-list": this.list, "check-reading": this.reading.root };
  }

  /** @param {string} text @param {HTMLElement} busy */
  start(text, busy) {
    this.list.prepend(busy);
    this.list.classList.add("stale");
  }

  /** @param {any} view */
  finish(view) {
    this.list.classList.remove("stale");
    if (view.kind === "failure") return this.list.replaceChildren(el("p", { class: "failure" }, view.text));
    if (!view.items.length) return this.list.replaceChildren(el("p", { class: "refusal" }, "没有可以核对的句子。"));
    const counts = view.counts.map(([label, , count]) => `${label} ${count} 句`).join("，");
    const onlyOdd = action("只看要留意的", () => {
      const only = this.list.classList.toggle("only-odd");
      onlyOdd.setAttribute("aria-pressed", String(only));
    });
    onlyOdd.setAttribute("aria-pressed", "false");
    this.list.classList.remove("only-odd");
    this.list.replaceChildren(
      el("p", { class: "quiet summary" }, `共 ${view.items.length} 句：${counts}`, onlyOdd),
      el("ol", {}, view.items.map((item) => this.item(item))),
    );
    this.list.scrollTop = 0;
  }

  item(item) {
    return el(
      "li",
      { class: `checked ${item.verdict}${TO_LOOK_AT.has(item.verdict) ? " odd" : ""}` },
      el("span", { class: "verdict" }, item.label),
      el(
        "div",
        { class: "checked-body" },
        el("p", { class: "said" }, marked(item)),
        item.facts.map((fact) => el("p", { class: "fact" }, el("b", {}, fact.label), `：原文${quoted(fact.source)}，稿中${quoted(fact.said)}`)),
        item.verdict === "near" && el("p", { class: "quiet" }, differences(item)),
        this.places(item),
        item.attribution &&
          el("p", { class: "quiet" }, `归于“${item.attribution.text}”：${item.attribution.fits ? "与出处相符" : "出处中未见"}`),
        item.quotations.length > 0 && el("ol", {}, item.quotations.map((quotation) => this.item(quotation))),
      ),
    );
  }

  /** Where it stands, or comes near; under what the source says, where that is something else. */
  places(item) {
    const parts = item.verdict === "spliced" ? item.places : item.places.slice(0, 1);
    const lead = { near: "原文：", spliced: "原文：", not_found: "最相近的：" }[item.verdict];
    const more = item.verdict === "verbatim" ? item.places.length - 1 + item.more : 0;
    return parts.flatMap((place) => [
      lead && el("p", { class: "source-text" }, lead, place.quote),
      el(
        "p",
        { class: "facts" },
        el(
          "button",
          { type: "button", class: "source", onclick: () => this.open(place) },
          el("span", { class: "source-title" }, place.title),
          place.headings.length > 0 && el("span", { class: "source-path" }, path(place.headings)),
        ),
        more > 0 && ` 另有 ${more} 处相同`,
      ),
    ]);
  }

  open(place) {
    this.reading.open(place.speech_id, [{ start: place.start, end: place.end, number: 1 }]);
  }
}

/** The sentence as pasted, the words that differ marked. */
function marked(item) {
  const chars = new Chars(item.text);
  const spans = item.differences
    .filter((difference) => difference.end > difference.start)
    .map(({ start, end }) => ({ start, end, make: () => el("mark", { class: "differs" }) }));
  return decorated(chars, 0, chars.length, spans);
}

function differences(item) {
  const known = new Set(item.facts.map((fact) => `${fact.said}\n${fact.source}`)); // told apart, in red
  const told = item.differences.filter(({ said, source }) => !known.has(`${said}\n${source}`)).map(({ said, source }) => {
    if (!said) return `漏“${source}”`;
    return source ? `“${said}”原文作“${source}”` : `多“${said}”`;
  });
  return told.length ? `出入：${told.join("；")}` : "";
}

const quoted = (text) => (text ? `“${text}”` : "没有");
