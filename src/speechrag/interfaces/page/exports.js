// 导出: the files an outline can be taken away as. Plain links; the list folds away once one is chosen, or with Escape.
import { el } from "./dom.js";

const FILES = [
  ["outline.docx", "Word 正式稿"],
  ["sources.docx", "Word 附出处稿"],
  ["outline.md", "Markdown"],
  ["outline.txt", "纯文本"],
  ["draft.json", "草稿（可再打开）"],
];

/** @param {(name: string) => string} address where a file is @param {() => void} taken called when one was chosen */
export function exportMenu(address, taken) {
  const summary = el("summary", {}, "导出");
  const fold = () => menu.removeAttribute("open");
  const choose = () => {
    taken();
    fold();
  };
  const onkeydown = ({ key }) => {
    if (key !== "Escape") return;
    fold();
    summary.focus();
  };
  const links = FILES.map(([name, label]) => el("a", { class: "export", href: address(name), download: true, onclick: choose }, label));
  const onfocusout = (event) => menu.contains(event.relatedTarget) || fold();
  const menu = el("details", { class: "exports", onkeydown, onfocusout }, summary, el("div", {}, links));
  return menu;
}
