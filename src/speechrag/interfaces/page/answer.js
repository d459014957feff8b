// An answer as nodes: its sentences with numbered marks, and below them where each stands. Used by 问答 alone.
import { Chars, clip, el, grouped, path } from "./dom.js";

const LINES = 3; // sentences that still read on as one paragraph; more stand line by line
const LABEL = 6; // characters of a number such as （十二） or 第三， before a run-in head

/** More than a few sentences read better line by line. @param {any} view */
export const isList = (view) => view.sentences.length > LINES;

/** What to print behind a sentence: nothing where its line ends anyway. @param {any} view @param {{stop: string}} sentence */
export const stopOf = (view, sentence) => (isList(view) ? "" : sentence.stop);

/**
 * The sentences in paragraphs, then their sources.
 * @param {any} view a supported answer
 * @param {(number: number) => () => void} open what a citation's mark does
 * @returns {HTMLElement[]}
 */
export function answerNodes(view, open) {
  return [...paragraphs(view, open), sources(view.citations, open)];
}

function paragraphs(view, open) {
  const byNumber = new Map(view.citations.map((citation) => [citation.number, citation]));
  const from = view.sentences.map((sentence) => byNumber.get(sentence.citations[0])?.speech_id);
  const titled = isTitled(from, isList(view));
  const made = [];
  view.sentences.forEach((sentence, index) => {
    const source = byNumber.get(sentence.citations[0]);
    const moved = !index || from[index] !== from[index - 1];
    if (titled && source && moved) made.push(el("p", { class: "from" }, `《${source.title}》`));
    if (moved || isList(view)) made.push(el("p", {}));
    const marks = sentence.citations
      .filter((number) => byNumber.has(number))
      .map((number) => citeMark(number, byNumber.get(number).quote, open(number)));
    made.at(-1).append(...marked(sentence.text, isList(view) ? runIn(sentence.text, source) : 0, [...marks, stopOf(view, sentence)]));
  });
  return made;
}

/** True where the title of each speech is to stand above what it says. @param {string[]} from @param {boolean} list */
function isTitled(from, list) {
  const known = from.filter(Boolean);
  const speeches = new Set(known).size;
  const runs = known.filter((id, index) => id !== known[index - 1]).length;
  return speeches > 1 && (list || runs === speeches); // a short answer that goes to and fro would be all titles
}

/** How many characters of a point are its run-in head: number and heading, where more follows. @returns {number} */
function runIn(text, source) {
  const heading = source?.headings.at(-1) || "";
  const at = heading ? text.indexOf(heading) : -1;
  const end = at + heading.length;
  return at >= 0 && at <= LABEL && end + 1 < text.length ? new Chars(text.slice(0, end)).length : 0;
}

/** Text with its head set off and its last character kept on one line with the marks behind it, as nodes. */
function marked(text, head, marks) {
  const chars = new Chars(text);
  const last = Math.max(head, chars.length - 1);
  return [
    ...(head ? [el("b", {}, chars.slice(0, head))] : []),
    chars.slice(head, last),
    el("span", { class: "tail" }, chars.slice(last, chars.length), ...marks),
  ];
}

/** Where the sentences stand: one line a place, those of one speech together under its title. */
function sources(citations, open) {
  return el(
    "div",
    { class: "sources" },
    el("h4", {}, "依据"),
    grouped(citations, ({ speech_id }) => speech_id).map((speech) => {
      const places = grouped(speech, ({ headings }) => JSON.stringify(headings));
      const alone = places.length === 1;
      const shared = alone ? 0 : commonHeadings(places.map(([{ headings }]) => headings));
      const above = speech[0].headings.slice(0, shared);
      const rows = el("ol", {}, places.map((place) => sourceRow(place, open, alone ? null : shared)));
      if (alone) return rows;
      const title = el("p", { class: "source-speech" }, el("span", { class: "source-title" }, speech[0].title), above.length > 0 && el("span", { class: "source-path" }, path(above)));
      return el("div", {}, title, rows);
    }),
  );
}

/** One place; `shared` headings stand above it already, null where its title does not either. */
function sourceRow(place, open, shared) {
  const [{ title, headings, number }] = place;
  const below = path(headings.slice(shared || 0));
  const text = shared === null ? [el("span", { class: "source-title" }, title), below && el("span", { class: "source-path" }, below)] : [el("span", { class: "source-path" }, below || clip(place[0].quote, 40))];
  const copies = Math.max(...place.map((citation) => citation.copies || 0)); // other speeches that say the same
  return el(
    "li",
    {},
    el("span", { class: "cites" }, place.map((citation) => citeMark(citation.number, citation.quote, open(citation.number)))),
    el("button", { type: "button", class: "source", onclick: open(number) }, text),
    copies > 0 && el("span", { class: "copies" }, `另有 ${copies} 份相同`),
  );
}

/** How many headings all the paths begin with. @param {string[][]} paths */
function commonHeadings(paths) {
  const apart = paths[0].findIndex((heading, depth) => paths.some((other) => other[depth] !== heading));
  return apart < 0 ? paths[0].length : apart;
}

/** The small red number. @param {number} number @param {string} quote @param {() => void} act */
function citeMark(number, quote, act) {
  const label = `依据 ${number}：${clip(quote, 120)}`;
  return el("button", { type: "button", class: "cite", title: quote, "aria-label": label, onclick: act }, String(number));
}
