// Adding files to the corpus: each is sent, then one build takes them in, with its progress shown and a way to stop it.
import { action, el, fetchJson, sendJson } from "./dom.js";

const EVERY = 700; // ms between two looks at a build under way

export class Uploader {
  /** @param {() => void} published called when a build has put a new index in service */
  constructor(published) {
    this.published = published;
    this.root = el("div", { class: "uploader", hidden: true });
    this.rows = el("ul", { class: "uploaded" });
    this.standing = el("div", { class: "standing", "aria-live": "polite" });
  }

  /** Show the way in where the page takes files. */
  async load() {
    const view = await fetchJson("/api/build").catch(() => ({ allowed: false }));
    this.root.hidden = !view.allowed;
    if (!view.allowed || this.root.childElementCount) return;
    const kinds = view.accepted.map((ending) => ending.slice(1)).join("、");
    const hidden = { class: "offscreen", tabindex: "-1", "aria-hidden": "true" };
    const field = el("input", { type: "file", multiple: true, accept: view.accepted.join(","), ...hidden, onchange: () => this.take(field) });
    const told = `把文件拖到这里，或者`;
    const zone = el("p", { class: "drop" }, told, action("选择文件", () => field.click()), `。可用 ${kinds}，每个不超过 ${view.megabytes} MB。`, field);
    this.root.replaceChildren(zone, this.rows, this.standing);
    this.catchDrops(zone);
    if (view.state === "running") this.follow(view);
  }

  /** @param {HTMLElement} zone */
  catchDrops(zone) {
    const over = (on) => (event) => {
      event.preventDefault();
      zone.classList.toggle("over", on);
    };
    zone.addEventListener("dragover", over(true));
    zone.addEventListener("dragleave", over(false));
    zone.addEventListener("drop", (event) => {
      over(false)(event);
      this.send([...event.dataTransfer.files]);
    });
  }

  /** @param {HTMLInputElement} field */
  take(field) {
    const files = [...field.files];
    field.value = "";
    return this.send(files);
  }

  /** @param {File[]} files */
  async send(files) {
    const stored = [];
    const refused = []; // above what went well: the list is short, and these want something done
    const busy = el("li", { class: "quiet", role: "status" });
    for (const file of files) {
      busy.textContent = `正在存 ${file.name}……`;
      this.rows.replaceChildren(...refused, busy);
      try {
        await fetchJson(`/api/files?${new URLSearchParams({ name: file.name })}`, { method: "POST", body: file });
        stored.push(file.name);
      } catch ({ message }) {
        refused.push(el("li", {}, !message.includes(file.name) && file.name, el("span", { class: "failure" }, message)));
      }
    }
    busy.textContent = `已存下 ${stored.length} 个文件：${stored.join("、")}`;
    this.rows.replaceChildren(...refused, ...(stored.length ? [busy] : []));
    if (stored.length) await this.build();
  }

  async build() {
    try {
      await this.follow(await sendJson("/api/build", {}));
    } catch (error) {
      this.standing.replaceChildren(el("p", { class: "failure" }, error.message, " ", action("再更新一次", () => this.build())));
    }
  }

  /** Show how a build goes until it has ended. @param {any} view */
  async follow(view) {
    const told = el("span", {});
    const stop = action("停止", () => sendJson("/api/build/stop", {}).catch(() => {}));
    this.standing.replaceChildren(el("p", { class: "busy", role: "status" }, told, " ", stop));
    while (view.state === "running") {
      told.textContent = `${view.stage}……${view.total ? ` ${view.done}/${view.total}` : ""} ${view.seconds} 秒`;
      await new Promise((resolve) => setTimeout(resolve, EVERY));
      view = await fetchJson("/api/build");
    }
    const left = (view.skipped || []).map(({ source, detail }) => el("li", {}, source, el("span", { class: "failure" }, detail)));
    const again = view.state !== "done" && action("再更新一次", () => this.build());
    this.standing.replaceChildren(
      el("p", { class: view.state === "failed" ? "failure" : "quiet" }, view.text, " ", again),
      left.length ? el("ul", { class: "uploaded" }, left) : "",
    );
    if (view.published) this.published();
  }
}
