// 评测: how well the search finds what it should. A question set is chosen, measured beside the page, and its figures shown.
import { action, el, fetchJson, path, sendJson } from "./dom.js";
import { lineChart } from "./plot.js";
import { ReadingView } from "./reading.js";

const EVERY = 700; // ms between two looks at an evaluation under way
const WORST = 20; // questions shown at first
const OWN = "own";

export class EvaluateDesk {
  /** @param {{search: (text: string) => void}} go */
  constructor(go) {
    this.go = go;
    this.form = el("div", { class: "evaluation-form" });
    this.list = el("div", { class: "evaluation-list", "aria-live": "polite" });
    this.body = el("section", { class: "evaluation", "aria-label": "评测" }, this.form, this.list);
    this.reading = new ReadingView("evaluate", "点一个问题，在这里阅读应当找到的段落。");
    this.mounts = { "evaluate-left": this.body, "evaluate-reading": this.reading.root };
  }

  /** Called when the desk is shown first. */
  async load() {
    try {
      this.drawForm(await fetchJson("/api/evaluations"));
      this.list.replaceChildren(el("p", { class: "hint" }, "选一套题集，评测在后台进行；每个问题有没有找到该找的段落，结果列在这里。"));
    } catch (error) {
      this.fail(error.message);
    }
  }

  /** @param {{sets: {key: string, label: string}[], variants: {key: string, label: string}[]}} offer */
  drawForm({ sets, variants }) {
    const option = ({ key, label }) => el("option", { value: key }, label);
    const choice = (label, options, onchange) => el("label", {}, el("span", {}, label), el("select", { onchange }, options));
    const file = (label) => el("label", {}, el("span", {}, label), el("input", { type: "file", accept: ".jsonl,.tsv,.txt" }));
    const own = el(
      "div",
      { class: "own-set", hidden: true },
      file("问题"),
      file("评判"),
      el("p", { class: "quiet" }, "问题每行“编号、制表符、问题”或一个 JSON 对象；评判每行“问题编号、段落编号、等级”，编号同命令行检索所列。"),
    );
    const set = choice("题集", sets.map(option), (event) => (own.hidden = event.target.value !== OWN));
    const variant = choice("与之比较", [el("option", { value: "" }, "不比较"), ...variants.map(option)]);
    this.go_ = action("开始评测", () => this.start(set, variant, own), "primary");
    this.halt = action("停止", () => this.stop(), "stop");
    this.halt.hidden = true;
    const marks = el("a", { class: "export", href: "/api/marks.zip", download: true }, "导出读者评价");
    this.form.replaceChildren(set, variant, own, el("p", { class: "evaluation-actions" }, marks, this.halt, this.go_));
  }

  async start(set, variant, own) {
    const value = (label) => label.querySelector("select").value;
    const choice = { set: value(set), variant: value(variant) };
    try {
      if (choice.set === OWN) [choice.topics, choice.qrels] = await Promise.all([...own.querySelectorAll("input")].map(textOf));
      await this.follow(await sendJson("/api/evaluations", choice));
    } catch (error) {
      this.fail(error.message);
    }
  }

  stop() {
    if (this.key) sendJson(`/api/evaluations/${this.key}/stop`, {}).catch(() => {});
  }

  /** Look again until it has ended. @param {any} view */
  async follow(view) {
    this.key = view.id;
    this.working(true);
    const clock = el("span", { class: "clock" });
    this.list.replaceChildren(el("p", { class: "busy", role: "status" }, `正在评测：${view.title}……`, clock));
    try {
      while (view.state === "running") {
        clock.textContent = `${view.total ? ` 第 ${view.done} 个问题，共 ${view.total} 个` : ""} ${view.seconds} 秒`;
        await new Promise((resolve) => setTimeout(resolve, EVERY));
        view = await fetchJson(`/api/evaluations/${this.key}`);
      }
    } finally {
      this.working(false);
    }
    if (view.state === "done") this.draw(view);
    else this.fail(view.state === "stopped" ? "已停止，没有得出结果。" : view.text);
  }

  working(on) {
    this.halt.hidden = !on;
    this.go_.disabled = on;
  }

  fail(sentence) {
    this.list.replaceChildren(el("p", { class: "failure" }, sentence));
  }

  draw(view) {
    const address = `/api/evaluations/${view.id}/report.html`;
    this.list.replaceChildren(
      ...[
        el("p", { class: "quiet" }, `${view.title}：${view.queries} 个问题，每问 ${Math.round(view.latency.p50_ms)} 毫秒（较慢的 ${Math.round(view.latency.p95_ms)} 毫秒）`),
        el(
          "p",
          { class: "evaluation-links" },
          el("a", { class: "export", href: address, target: "_blank", rel: "noopener" }, "打开完整报告"),
          el("a", { class: "export", href: `${address}?save`, download: true }, "下载报告"),
        ),
        ...measures(view),
        ...refusal(view.refusal),
        ...recall(view.recall),
        ...slices(view),
        ...this.questions(view),
      ].filter(Boolean),
    );
    this.list.scrollTop = 0;
  }

  questions(view) {
    const rows = view.questions.map((question) => this.question(question));
    const body = el("tbody", {}, rows.slice(0, WORST));
    const more = action(`其余 ${rows.length - WORST} 个问题`, () => {
      body.append(...rows.slice(WORST));
      more.remove();
    });
    return [
      el("h3", {}, rows.length > WORST ? `最差的 ${WORST} 个问题` : "逐个问题"),
      table(["问题", ...view.columns], body),
      rows.length > WORST && more,
    ];
  }

  question({ id, text, values, places }) {
    const [first] = places;
    const open = () => {
      this.list.querySelector("tr[aria-current]")?.removeAttribute("aria-current");
      row.setAttribute("aria-current", "true");
      this.reading.open(first.speech_id, [{ start: first.start, end: first.end }]);
    };
    const where = first && el("p", { class: "facts" }, [first.title, path(first.headings)].filter(Boolean).join(" › "), places.length > 1 && ` 等 ${places.length} 处`);
    const again = el("p", { class: "facts" }, action("检索这个问题", () => this.go.search(text), "link small"));
    const row = el(
      "tr",
      { "data-query": id },
      el("td", {}, first ? action(text || id, open, "row-title") : text || id, where, text && again),
      values.map((value) => el("td", { class: value === 0 ? "number flawed" : "number" }, value.toFixed(2))),
    );
    return row;
  }
}

/** @param {HTMLInputElement} field */
const textOf = (field) => (field.files[0] ? field.files[0].text() : Promise.resolve(""));

const table = (heads, body) => el("table", {}, el("thead", {}, el("tr", {}, heads.map((head, column) => el("th", { scope: "col", class: column && "number" }, head)))), body);
const number = (text, best = false) => el("td", { class: "number" }, best ? el("b", {}, text) : text);
const figure = (value) => value.toFixed(3).replace("-", "−");
const interval = ({ low, high }) => `${figure(low)} 至 ${figure(high)}`;

function measures(view) {
  const compared = view.measures.some((measure) => "baseline" in measure);
  const row = (m) => {
    const name = el("td", {}, m.name, el("span", { class: "quiet" }, ` ${m.meaning}`));
    if (!compared) return el("tr", {}, name, number(m.value.toFixed(3)), number(interval(m)));
    if (!("baseline" in m)) return el("tr", {}, name, number(m.value.toFixed(3)), number(""), number(""), number(""));
    const change = `${m.difference > 0 ? "+" : ""}${figure(m.difference)}${m.significant ? " *" : ""}`;
    return el("tr", {}, name, number(m.value.toFixed(3), m.difference > 0), number(m.baseline.toFixed(3), m.difference < 0), number(change), number(interval(m)));
  };
  const heads = compared ? ["指标", "现在", "比较对象", "差", "差的 95% 区间"] : ["指标", "平均", "95% 区间"];
  const told = compared ? "较好的一方用粗体；带 * 的差在逐题检验中显著（多重校正后 p 小于 0.05）。" : "";
  return [
    table(heads, el("tbody", {}, view.measures.map(row))),
    el("p", { class: "quiet" }, `${told}这样大小的题集看不出 ${view.smallest.toFixed(3)} 以下的差别。`),
  ];
}

function refusal(found) {
  if (!found) return [];
  const lines = [
    { kind: "first", points: found.curve.map(([threshold, refused]) => [threshold, refused]) },
    { kind: "second", points: found.curve.map(([threshold, , refused]) => [threshold, refused]) },
  ];
  return [
    el("h3", {}, "拒答"),
    el("p", { class: "key quiet" }, el("span", { class: "first" }, "没有答案的问题被拒答"), el("span", { class: "second" }, "有答案的问题被误拒")),
    lineChart({ title: "拒答曲线：两类问题被拒答的比例随阈值的变化", across: "阈值", ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], lines }),
    el("p", { class: "quiet" }, `有答案 ${found.answerable} 题，没有答案 ${found.unanswerable} 题；曲线下面积 ${found.auc.toFixed(3)}，1 为全部分清，0.5 为分不清。`),
  ];
}

function recall(points) {
  if (!points.length) return [];
  const chart = { title: "查全率随取用条数的变化", across: "取前几条", ticks: [1, 2, 5, 10, 20, 50, 100], logarithmic: true };
  return [el("h3", {}, "取前几条能找全多少"), lineChart({ ...chart, lines: [{ kind: "first", points }] })];
}

function slices(view) {
  if (!view.slices.length) return [];
  const rows = view.slices.map((slice) => el("tr", {}, el("td", {}, slice.label), number(String(slice.queries)), number(slice.value.toFixed(3)), number(slice.queries > 1 ? interval(slice) : "只有一题")));
  return [el("h3", {}, "各类问题"), table(["类别", "题数", view.measures[0].name, "95% 区间"], el("tbody", {}, rows))];
}
