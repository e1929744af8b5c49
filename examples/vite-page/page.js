import { Chart } from "./chart.js";

const chart = new Chart(/** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.querySelector("svg"))));
const status = /** @type {HTMLElement} */ (document.querySelector("#status"));

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.addEventListener("error", ({ message }) => {
  status.textContent = `The worker failed: ${message}`;
});
worker.addEventListener("message", (/** @type {MessageEvent<import("./train.js").Point | "done">} */ { data }) => {
  if (data === "done") {
    status.textContent += ". Done.";
    worker.terminate();
    return;
  }
  chart.add(data);
  status.textContent = `${data.update} updates, loss ${data.loss.toFixed(4)}`;
});
