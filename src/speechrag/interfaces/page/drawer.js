// On a narrow or much enlarged page the reading view covers the desk: the keyboard goes into it, stays there, comes back.
const NARROW = matchMedia("(max-width: 820px)"); // as in desks.css
const COVERED = "#masthead, #desks > .tab-wrapper, .pane:not(.reading-pane)";

let opener = null; // what was used last outside of a reading view
let open = false;

function settle() {
  const desk = NARROW.matches && document.body.dataset.reading;
  if (Boolean(desk) === open) return;
  open = Boolean(desk);
  for (const node of document.querySelectorAll(COVERED)) node.toggleAttribute("inert", open);
  if (open) {
    const drawer = document.getElementById(`${desk}-reading`);
    drawer.tabIndex = -1;
    if (!drawer.contains(document.activeElement)) drawer.focus({ preventScroll: true });
    return;
  }
  const back = opener?.isConnected ? opener : document.querySelector(".point-row[aria-current] .count");
  back?.focus({ preventScroll: true });
}

/** Follow the reading views as they open and close. */
export function watchDrawers() {
  document.addEventListener("focusin", ({ target }) => {
    if (!target.closest(".reading-pane")) opener = target;
  });
  new MutationObserver(settle).observe(document.body, { attributes: true, attributeFilter: ["data-reading"] });
  NARROW.addEventListener("change", settle);
}
