// Line charts of an evaluation, in the page's own colours. Elements and text nodes only.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 460;
const HEIGHT = 220;
const EDGE = { left: 44, right: 12, top: 10, bottom: 38 };

/** @param {string} tag @param {Record<string, string | number>} attributes @param {...(Node | string)} children */
function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/**
 * A chart of shares (0 to 1) over `across`.
 * @param {{title: string, across: string, ticks: number[], logarithmic?: boolean, lines: {kind: string, points: [number, number][]}[]}} chart
 */
export function lineChart({ title, across, ticks, logarithmic = false, lines }) {
  const scale = logarithmic ? Math.log : (value) => value;
  const [low, high] = [scale(ticks[0]), scale(ticks.at(-1))];
  const x = (value) => EDGE.left + ((scale(value) - low) / (high - low)) * (WIDTH - EDGE.left - EDGE.right);
  const y = (share) => HEIGHT - EDGE.bottom - share * (HEIGHT - EDGE.top - EDGE.bottom);
  const shares = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    svg("line", { class: "grid", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(share), y2: y(share) }),
    svg("text", { x: EDGE.left - 6, y: y(share) + 4, "text-anchor": "end" }, `${100 * share}%`),
  ]);
  const marks = ticks.map((tick) => svg("text", { x: x(tick), y: HEIGHT - EDGE.bottom + 18, "text-anchor": "middle" }, String(tick)));
  const middle = (EDGE.left + WIDTH - EDGE.right) / 2;
  const label = svg("text", { x: middle, y: HEIGHT - 4, "text-anchor": "middle" }, across);
  const drawn = lines.map(({ kind, points }) =>
    svg("polyline", { class: kind, points: points.map(([at, share]) => `${x(at).toFixed(1)},${y(share).toFixed(1)}`).join(" ") }),
  );
  return svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title }, ...shares, ...marks, label, ...drawn);
}
