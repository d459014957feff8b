// 版本: the states of the draft as a list, and one of them beside another, marked like an editor's correction.
import { action, el, fetchJson } from "./dom.js";

const STANDING = { present: "现在", undone: "已撤销" };
const MARKS = { removed: "del", added: "ins" };
const LONGEST_NAME = 40; // characters, as on the server

export class Versions {
  /** @param {{act: (change: object) => Promise<void>, close: () => void}} go */
  constructor(go) {
    this.go = go;
    this.note = ""; // what was just done, told once
    this.root = el("section", { class: "evidence versions", "aria-label": "版本" });
  }

  get shown() {
    return this.root.isConnected;
  }

  /** Show the list as it is now. @param {any} view the draft */
  take(view) {
    this.view = view;
    const focused = this.root.contains(document.activeElement);
    const others = view.versions.filter(({ standing }) => standing === "aside");
    const line = view.versions.filter(({ standing }) => standing !== "aside");
    this.root.replaceChildren(
      ...[
        this.head("版本"),
        this.note && el("p", { class: "quiet", role: "status" }, this.note),
        this.naming(this.present, this.present.name ? "改名" : "存为一版", "给现在这一版起个名称"),
        el("ol", {}, line.reverse().map((version) => this.row(version))),
        others.length > 0 && el("h3", {}, "其他版本"),
        others.length > 0 && el("ol", {}, others.reverse().map((version) => this.row(version))),
      ].filter(Boolean),
    );
    this.root.scrollTop = 0;
    if (focused) this.focus();
  }

  focus() {
    this.root.querySelector("h2").focus();
  }

  get present() {
    return this.view.versions.find(({ standing }) => standing === "present");
  }

  head(title) {
    return el("header", {}, el("h2", { tabindex: "-1" }, title), action("关闭", this.go.close, "link drawer-close"));
  }

  row(version) {
    const state = STANDING[version.standing];
    return el(
      "li",
      { class: "version" },
      el(
        "button",
        { type: "button", class: version.standing, "aria-current": version.standing === "present" && "true", onclick: () => this.open(version) },
        el("span", { class: "label" }, version.name && el("span", { class: "name" }, version.name), el("span", {}, called(version))),
        el("span", { class: "quiet" }, [state, version.time, size(version.characters)].filter(Boolean).join(" · ")),
      ),
    );
  }

  /** A field that gives a version a name, or takes it away. */
  naming(version, verb, hint) {
    const send = () => {
      const name = field.value.trim();
      if (name !== version.name) this.act("name", version, { name });
      else if (!name) field.focus();
    };
    const onkeydown = (event) => event.key === "Enter" && !event.isComposing && event.keyCode !== 229 && send();
    const field = el("input", { type: "text", value: version.name, maxlength: LONGEST_NAME, "aria-label": hint, placeholder: `${hint}，如：送审稿`, onkeydown });
    return el("p", { class: "naming" }, field, action(verb, send));
  }

  /** A version beside the present one; the present one beside the one before it. */
  open(version) {
    const before = this.view.versions[version.position - 1];
    this.compare(version, (version.standing === "present" ? before : this.present) || version);
  }

  async compare(version, other) {
    const [before, after] = [version, other].sort((a, b) => age(a) - age(b));
    try {
      const query = `before=${before.position}&after=${after.position}`;
      this.draw(version, other, await fetchJson(`/api/results/${this.view.id}/differences?${query}`));
    } catch (error) {
      this.draw(version, other, { failure: error.message, differences: [] });
    }
  }

  draw(version, other, found) {
    const here = version.standing === "present";
    this.root.replaceChildren(
      ...[
        action("‹ 返回版本", () => this.take(this.view)),
        this.head(version.name || called(version)),
        el("p", { class: "facts" }, this.chooser(version, other), !here && action("回到这一版", () => this.goTo(version))),
        found.failure && el("p", { class: "failure", role: "alert" }, found.failure),
        !found.failure && el("p", { class: "quiet", role: "status" }, version === other ? "还没有别的版本可以比较。" : told(found)),
        found.differences.length > 0 && el("ol", {}, found.differences.map(difference)),
        !here && this.naming(version, version.name ? "改名" : "起名", "给这一版起个名称"),
      ].filter(Boolean),
    );
    this.root.scrollTop = 0;
    this.focus();
  }

  async goTo(version) {
    this.note = `已回到“${version.name || called(version)}”。要再回来，在下面选原来那一版。`;
    await this.act("go", version);
    this.note = "";
  }

  /** `of` tells the server which list the position is from. */
  act(name, version, more = {}) {
    return this.go.act({ act: name, version: version.position, of: this.view.versions.length, ...more });
  }

  /** What the version is compared with. */
  chooser(version, other) {
    const options = this.view.versions
      .filter(({ position }) => position !== version.position)
      .reverse()
      .map((one) => el("option", { value: one.position, selected: one === other }, one.standing === "present" ? "现在这一版" : one.name || called(one)));
    const onchange = () => this.compare(version, this.view.versions[Number(field.value)]);
    const field = el("select", { "aria-label": "与哪一版相比", onchange }, options);
    return options.length > 0 && el("label", {}, "与 ", field, " 相比");
  }
}

/** When a version came about, as a number that grows. Those put aside are older than what took their place. */
const age = ({ standing, position }) => (standing === "aside" ? position - 1e6 : position);

const called = ({ label }) => label || "较早的一版";

/** A number of characters in words. @param {number} characters */
export const size = (characters) => `${characters.toLocaleString("zh-CN")} 字`;

function told({ differences, equal }) {
  if (differences.length) return `${differences.length} 处不同：划去的是较早一版的，加线的是较晚一版的。`;
  return equal ? "两版完全相同。" : "两版文字相同，只是依据、锁定或提醒不同。";
}

function difference({ where, heading, pieces }) {
  const nodes = pieces.map(([kind, text]) => (MARKS[kind] ? el(MARKS[kind], {}, text) : text));
  const place = heading ? where : where.replace(/、$/u, "");
  return el("li", {}, el("p", { class: "where" }, place, heading), nodes.length > 0 && el("p", { class: "repair" }, nodes));
}
