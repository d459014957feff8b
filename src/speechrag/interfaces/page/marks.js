// 有用 and 没用 below an answer: kept on the server for those who evaluate, never sent anywhere else.
import { action, el, sendJson } from "./dom.js";

const REASONS = { off: "答非所问", source: "出处不对", missing: "内容不全", other: "其他" };
const REFUSED = { refused: "语料里有，却说没有", other: "其他" };

/** @param {{id: string, supported: boolean}} view an answer @returns {HTMLElement} */
export function markButtons(view) {
  const place = el("span", { class: "marks", role: "group", "aria-label": "这个回答" });
  const tell = async (said) => {
    try {
      await sendJson(`/api/results/${view.id}/mark`, said);
      settle("已记下，谢谢。");
    } catch (error) {
      settle(error.message);
    }
  };
  const settle = (sentence) => {
    place.replaceChildren(el("span", { class: "quiet", role: "status", tabindex: "-1" }, sentence));
    place.firstChild.focus();
  };
  const ask = () => {
    const reasons = Object.entries(view.supported ? REASONS : REFUSED);
    place.replaceChildren(
      el("span", { class: "quiet" }, "哪里不好？"),
      ...reasons.map(([reason, label]) => action(label, () => (reason === "other" ? write() : tell({ useful: false, reason })))),
    );
    place.querySelector("button").focus();
  };
  const write = () => {
    const send = () => tell({ useful: false, reason: "other", note: field.value.trim() });
    const onkeydown = (event) => event.key === "Enter" && !event.isComposing && event.keyCode !== 229 && send();
    const field = el("input", { type: "text", maxlength: "500", "aria-label": "哪里不好", placeholder: "写一句，按回车键", onkeydown });
    place.replaceChildren(field, action("提交", send));
    field.focus();
  };
  place.append(action("有用", () => tell({ useful: true })), action("没用", ask));
  return place;
}
