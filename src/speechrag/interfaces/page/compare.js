// A speech line by line beside its original, the repairs marked like an editor's corrections.
import { el } from "./dom.js";

/** @typedef {{start: number, end: number, text: string, pieces: (string | {before: string, after: string, rule: string, plain: boolean, doubted: boolean})[]}} Row */

/**
 * The rows as nodes; a click on a line marks it in both texts.
 * @param {Row[]} rows
 */
export function comparison(rows) {
  const table = el("div", { class: "pairs" });
  const choose = (node) => () => {
    table.querySelector(".pair[aria-current]")?.removeAttribute("aria-current");
    node.setAttribute("aria-current", "true");
  };
  for (const row of rows) {
    const node = el(
      "div",
      { class: "pair", "data-start": row.start, "data-end": row.end },
      el("p", { class: "cleaned" }, row.text),
      el("p", { class: "received" }, row.pieces.flatMap(piece)),
    );
    node.addEventListener("click", choose(node));
    table.append(node);
  }
  return el("div", { class: "comparison" }, el("div", { class: "pair heads" }, el("p", {}, "整理稿"), el("p", {}, "原文")), table);
}

function piece(part) {
  if (typeof part === "string") return [part];
  const { before, after, rule, plain, doubted } = part;
  if (plain) return [before.trim() ? el("span", { class: "unified", title: rule }, before) : before];
  const title = doubted ? `${rule}（存疑）` : rule;
  const kind = doubted ? "repair doubted" : "repair";
  return [el("span", { class: kind, title }, before && el("del", {}, before), after.trim() && el("ins", {}, after))];
}
