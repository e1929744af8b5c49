// Where the axes lie, in units of the drawing.
const [left, right, top, bottom] = [64, 640, 16, 360];
// What they reach, in powers of ten.
const [lowest, highest] = [-14, 2];

/** @param {number} power */
const y = (power) => bottom - ((power - lowest) / (highest - lowest)) * (bottom - top);

/**
 * @param {SVGElement} parent
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
function draw(parent, name, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  parent.append(element);
  return element;
}

/** One curve for each point of the training, the last one in front of the others. */
export class Chart {
  #svg;
  /** @type {{ curve: SVGElement, label: SVGElement }[]} */
  #drawn = [];

  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.#svg = svg;
    svg.setAttribute("viewBox", "0 0 800 420");
    for (let power = lowest; power <= highest; power += 2) {
      draw(svg, "line", { x1: left, x2: right, y1: y(power), y2: y(power), class: "grid" });
      draw(svg, "text", { x: left - 8, y: y(power) + 4, "text-anchor": "end" }, String(power).replace("-", "−"));
    }
    draw(svg, "text", { x: (left + right) / 2, y: bottom + 44, "text-anchor": "middle" }, "step t of the sequence");
    const middle = (top + bottom) / 2;
    const turned = { x: 20, y: middle, "text-anchor": "middle", transform: `rotate(-90 20 ${middle})` };
    draw(svg, "text", turned, "log₁₀ ‖∂L/∂hₜ‖");
    draw(svg, "text", { x: right + 24, y: top + 4, class: "title" }, "updates: loss");
  }

  /** @param {import("./train.js").Point} point */
  add({ update, loss, norms }) {
    const x = (/** @type {number} */ i) => left + (i / (norms.length - 1)) * (right - left);
    if (this.#drawn.length === 0) {
      for (const t of [1, ...norms.keys()].filter((t) => t === 1 || (t > 0 && t % 10 === 0)).concat(norms.length))
        draw(this.#svg, "text", { x: x(t - 1), y: bottom + 20, "text-anchor": "middle" }, String(t));
    }
    const points = norms.map((norm, i) => `${x(i).toFixed(1)},${y(norm).toFixed(1)}`).join(" ");
    const curve = draw(this.#svg, "polyline", { points, class: "curve" });
    const row = top + 26 + 20 * this.#drawn.length;
    const label = draw(this.#svg, "text", { x: right + 24, y: row }, `${update}: ${loss.toFixed(4)}`);
    this.#drawn.push({ curve, label });
    // From yellow at the start to dark blue now.
    for (const [k, drawn] of this.#drawn.entries()) {
      const age = this.#drawn.length === 1 ? 1 : k / (this.#drawn.length - 1);
      const color = `hsl(${(45 + 185 * age).toFixed(0)} 75% ${(52 - 17 * age).toFixed(0)}%)`;
      drawn.curve.setAttribute("stroke", color);
      drawn.label.setAttribute("fill", color);
    }
  }
}
