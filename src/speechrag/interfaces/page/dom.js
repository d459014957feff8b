// The only place that makes elements. Strings become text nodes; nothing here, or anywhere in the page, sets innerHTML.

/**
 * Make an element. Children that are strings become text nodes; null and false are left out.
 * @param {string} tag
 * @param {Record<string, string | boolean | EventListener>} [attributes] `on…` keys are listeners, `true` an empty attribute
 * @param {...(Node | string | null | false | (Node | string)[])} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child) node.append(child);
  }
  return node;
}

/** A button that looks like text. @param {string} label @param {() => void} act @param {string} [kind] */
export function action(label, act, kind = "link") {
  return el("button", { type: "button", class: kind, onclick: act }, label);
}

/** Text addressed as Python does: by code points, not by UTF-16 units. */
export class Chars {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.points = /[\ud800-\udfff]/.test(text) ? Array.from(text) : null;
    this.length = this.points ? this.points.length : text.length;
  }

  /** @param {number} start @param {number} end */
  slice(start, end) {
    return this.points ? this.points.slice(start, end).join("") : this.text.slice(start, end);
  }

  /** Spans of the lines, without their line ends and outer white space. @returns {[number, number][]} */
  lines() {
    const found = [];
    let start = 0;
    for (const line of this.text.split("\n")) {
      const length = this.points ? Array.from(line).length : line.length;
      const body = line.trim();
      if (body) {
        const left = start + (line.length - line.trimStart().length);
        found.push([left, left + (this.points ? Array.from(body).length : body.length)]);
      }
      start += length + 1;
    }
    return found;
  }
}

/**
 * Text of `chars[start:end]` as nodes, the parts inside `spans` wrapped.
 * @param {Chars} chars
 * @param {number} start
 * @param {number} end
 * @param {{start: number, end: number, make: (start: number, end: number) => HTMLElement}[]} spans may overlap; the first one that fits wins
 * @returns {Node[]}
 */
export function decorated(chars, start, end, spans) {
  const cuts = new Set([start, end]);
  for (const span of spans) {
    if (span.start > start && span.start < end) cuts.add(span.start);
    if (span.end > start && span.end < end) cuts.add(span.end);
  }
  const points = [...cuts].sort((a, b) => a - b);
  return points.slice(1).map((right, index) => {
    const left = points[index];
    const text = document.createTextNode(chars.slice(left, right));
    const span = spans.find((candidate) => candidate.start <= left && right <= candidate.end);
    if (!span) return text;
    const node = span.make(left, right);
    node.append(text);
    return node;
  });
}

/** Send JSON to our own server; returns and throws as fetchJson. @param {string} path @param {unknown} body */
export function sendJson(path, body) {
  return fetchJson(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/**
 * Fetch JSON from our own server.
 * @param {string} path @param {RequestInit} [options] @returns {Promise<any>} throws an Error with a sentence to show
 */
export async function fetchJson(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Error("服务没有响应，请确认它仍在运行，再试一次。");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error || "没有取到内容，请再试一次。");
  return body;
}

/** Put text on the clipboard; falls back to a selection where the page is not served over https. @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = el("textarea", { class: "offscreen", "aria-hidden": "true" });
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

/** Items that have the same key, together, in the order of their first. @template T @param {T[]} items @param {(item: T) => string} key @returns {T[][]} */
export function grouped(items, key) {
  const groups = new Map();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) || []), item]);
  return [...groups.values()];
}

/** Heading path in one line. @param {string[]} headings */
export const path = (headings) => headings.join(" › ");

/** The first characters of a text. @param {string} text @param {number} limit */
export function clip(text, limit) {
  const chars = new Chars(text);
  return chars.length > limit ? chars.slice(0, limit - 1) + "…" : text;
}

/** Where a passage's text begins behind the heading line it opens with, in code points. @param {{text: string, headings: string[]}} place */
export function bodyStart(place) {
  const line = place.text.split("\n", 1)[0];
  const isHeading = line.length < place.text.length && place.headings.some((heading) => heading.startsWith(line.trim()));
  return isHeading ? new Chars(line).length + 1 : 0;
}

/** A file's name without its folders. @param {string} source */
export const fileName = (source) => source.split("/").pop() || source;
