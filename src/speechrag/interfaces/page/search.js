// 检索: one field, a reading list with the matched words marked, each place opened beside it.
import { action, bodyStart, Chars, decorated, el, path } from "./dom.js";
import { ReadingView } from "./reading.js";

const EXCERPT = 150; // characters of a passage shown in the list
const LEAD = 60; // characters shown before the first matched word at most
const SENTENCE_END = /[。！？；\n]/u;

export class SearchDesk {
  /** @param {{outline: () => any, cite: (change: object) => Promise<void>}} go the draft at work, and a way to add to it */
  constructor(go) {
    this.go = go;
    this.list = el("div", { class: "hits", "aria-live": "polite" }, el("p", { class: "hint" }, "检索结果会列在这里，命中的词语会标出来。"));
    this.reading = new ReadingView("search", "点“打开”，在这里阅读整篇讲话。");
    this.mounts = { "search-list": this.list, "search-reading": this.reading.root };
  }

  /** @param {string} query @param {HTMLElement} busy */
  start(query, busy) {
    this.query = query;
    this.list.prepend(busy);
    this.list.classList.add("stale");
  }

  /** @param {any} view */
  finish(view) {
    this.list.classList.remove("stale");
    if (view.kind === "failure") return this.list.replaceChildren(el("p", { class: "failure" }, view.text));
    if (!view.hits.length) {
      const refusal = view.excluded ? "没有讲话符合所选的筛选，请放宽筛选。" : "没有找到相关的段落。可以换个说法，或放宽筛选。";
      return this.list.replaceChildren(el("p", { class: "refusal" }, refusal, this.facets()));
    }
    this.list.replaceChildren(
      el(
        "p",
        { class: "quiet" },
        view.literal
          ? `与“${view.query}”相关的 ${view.hits.length} 处，按相关程度排列`
          : `没有一处写着“${view.query}”里的词语；以下 ${view.hits.length} 处只是意思相近，请自行判断`,
        this.facets(),
      ),
      el("ol", {}, view.hits.map((hit) => el("li", {}, this.hit(hit)))),
    );
    this.list.scrollTop = 0;
  }

  /** Where the screen is narrow, the facets lie under this button. */
  facets() {
    return action("筛选", () => document.body.toggleAttribute("data-facets"), "link facets-button");
  }

  hit(hit) {
    const open = () => {
      this.list.querySelector("article[aria-current]")?.removeAttribute("aria-current");
      article.setAttribute("aria-current", "true");
      this.reading.open(hit.speech_id, [{ start: hit.start, end: hit.end }]);
    };
    const copies = hit.copies ? [`另有 ${hit.copies} 份相同`] : [];
    const others = hit.others.map((place) => el("li", {}, `${place.title}（${place.source}）`));
    const article = el(
      "article",
      { class: "hit" },
      el("h3", {}, action(hit.title, open, "hit-title"), el("span", { class: "source-path" }, path(hit.headings))),
      el("p", { class: "excerpt" }, excerpt(hit)),
      el("p", { class: "facts" }, el("span", {}, [...hit.facts, ...copies].join(" · ")), el("span", { class: "hit-tools" }, action("打开", open), action("加入提纲", () => this.choose(hit, article)))),
      others.length > 0 && el("details", { class: "quiet" }, el("summary", {}, "列出相同的各份"), el("ul", {}, others)),
    );
    return article;
  }

  /** Offer the points of the outline at work, to put a passage among the sources of one. */
  choose(hit, article) {
    const before = article.querySelector(".chooser");
    before?.remove();
    if (before) return;
    const outline = this.go.outline();
    const place = el("div", { class: "chooser", role: "group", "aria-label": "加入提纲" });
    const tell = (sentence) => place.replaceChildren(el("p", { class: "quiet", role: "status" }, sentence));
    const add = async (number, path) => {
      try {
        await this.go.cite({ path, passage_id: hit.passage_id });
        tell(`已列入“${number}”的依据，可到“拟稿”查看或撤销。`);
      } catch (error) {
        tell(error.message);
      }
    };
    const rows = (points, above) =>
      points.flatMap((point, index) => [
        el("li", { class: `level-${point.level}` }, action(point.number + point.heading, () => add(point.number + point.heading, [...above, index]))),
        ...rows(point.points, [...above, index]),
      ]);
    if (outline) place.append(el("p", { class: "quiet" }, "作为哪一点的依据？"), el("ul", {}, rows(outline.points, [])));
    else tell("还没有提纲：先到“拟稿”生成一份，再从这里补充依据。");
    article.append(place);
    place.querySelector("button")?.focus();
  }
}

/** The part of a passage around its first matched word, without its heading line, as nodes. */
function excerpt(hit) {
  const chars = new Chars(hit.text);
  const body = bodyStart(hit);
  const first = hit.marks.find(([start]) => start >= body)?.[0] ?? body;
  const start = lead(chars, body, first);
  const end = Math.min(chars.length, start + EXCERPT);
  const spans = hit.marks.map(([left, right]) => ({ start: left, end: right, make: () => el("mark", { class: "word" }) }));
  return [start > body && !SENTENCE_END.test(chars.slice(start - 1, start)) && "…", ...decorated(chars, start, end, spans), end < chars.length && "…"];
}

/** Where to begin so that the first matched word is seen: at its sentence, or shortly before it in a long one. */
function lead(chars, body, first) {
  const earliest = Math.max(body, first - LEAD);
  for (let at = first; at > earliest; at -= 1) {
    if (SENTENCE_END.test(chars.slice(at - 1, at))) return at;
  }
  return earliest;
}
