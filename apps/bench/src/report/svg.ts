import { CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GraphicComponent, GridComponent, MarkLineComponent, TitleComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { escapeHtml } from "./html.ts";

use([
  LineChart,
  CustomChart,
  ScatterChart,
  GridComponent,
  GraphicComponent,
  MarkLineComponent,
  TitleComponent,
  SVGRenderer,
]);

/** The fonts of charts and page: the reader's own, since nothing is loaded. */
export const fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** A chart to be drawn. */
export interface Chart {
  /** Unique within a page: elements inside refer to each other by it. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
  readonly option: EChartsCoreOption;
}

/** Draws a chart as an inline SVG that scales with its container. The same chart gives the same text. */
export function renderSvg({ id, width, height, label, option }: Chart): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily }, ...option });
    const body = chart
      .renderToSVGString()
      .replace(/^<svg[^>]*>/, "")
      .replaceAll("\n", "")
      // Hover rules, and notes for scripts: there is no script here.
      .replaceAll(/<style >[\s\S]*?<\/style>/g, "")
      .replaceAll(/ (?:class|ecmeta_\w+|pointer-events|xml:space)="[^"]*"/g, "")
      // Every line of every label would name the whole list of fonts; the page's style does that once.
      .replaceAll(/font-family:[^;"]*;?/g, "")
      .replaceAll(/font: (\d+px)[^";]*/g, "font-size:$1")
      // The page's style sets what stands in every text; the other is what a text has by itself.
      .replaceAll(/ (?:dominant-baseline="central"|text-anchor="start")/g, "")
      // ECharts numbers its charts through the whole process.
      .replaceAll(/zr\d+-/g, `${id}-`)
      // A tenth of a pixel is more than anyone sees. Numbers between tags are read, and stay.
      .replaceAll(/<(?:path|polygon|polyline)[^>]*>/g, (tag) =>
        tag.replaceAll(/\d+\.\d{2,}/g, (number) => String(+Number(number).toFixed(1))),
      )
      .replaceAll(/<[^>]*>/g, (tag) => tag.replaceAll(/\d+\.\d{3,}/g, (number) => String(+Number(number).toFixed(2))))
      // Lines of markers alone, and boxes behind titles: nobody sees them.
      .replaceAll(/<path [^>]*(?:fill="none"|fill-opacity="0")[^>]* stroke-width="0"[^>]*><\/path>/g, "")
      .replaceAll(/<g clip-path="[^"]*"><\/g>/g, "")
      // Ticks and rules come one by one.
      .replaceAll(
        /<path d="[^"]*"([^>]*fill="none"[^>]*)><\/path>(?:<path d="[^"]*"\1><\/path>)+/g,
        (run, rest) => `<path d="${[...run.matchAll(/ d="([^"]*)"/g)].map(([, d]) => d).join("")}"${rest}></path>`,
      );
    return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}">${body}`;
  } finally {
    chart.dispose();
  }
}
