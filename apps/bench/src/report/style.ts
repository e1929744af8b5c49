import { darkColors } from "./palette.ts";
import { fontFamily } from "./svg.ts";

/** Charts on a dark page. */
const darkCharts = [...darkColors]
  .flatMap(([light, dark]) => ["fill", "stroke"].map((part) => `.card [${part}="${light}"]{${part}:${dark}}`))
  .join("");

/** The page's style: one column that narrows to a phone, dark where the reader's system is, plain on paper. */
export const style: string = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1f2328;--soft:#59636e;--line:#d8dce1;--warn:#9a3412;--accent:#005f94}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 ${fontFamily};-webkit-text-size-adjust:100%}
main{max-width:1160px;margin:0 auto;padding:28px 20px 56px}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:1.4rem;line-height:1.25;margin:32px 0 2px;padding-top:14px;border-top:2px solid var(--line)}
h3{font-size:1.05rem;margin:28px 0 6px}
p{margin:6px 0 12px;max-width:78ch}
.lead,.about{color:var(--soft)}
.about{margin:0 0 10px}
.finding{font-size:1.15rem;line-height:1.45;border-left:4px solid var(--accent);padding:2px 0 2px 14px;margin:14px 0 18px;max-width:90ch}
a{color:var(--accent)}
.contents ul{display:flex;flex-wrap:wrap;gap:4px 20px;list-style:none;margin:0;padding:0}
.contents a{display:inline-block;padding:4px 0}
.banner{background:#fff4e5;color:#5f2c00;border:1px solid #f0c48a;border-radius:8px;padding:10px 14px;max-width:none}
.grid{display:grid;gap:12px;grid-template-columns:repeat(2,minmax(0,1fr))}
.grid.three{grid-template-columns:repeat(3,minmax(0,1fr))}
figure{margin:0 0 10px}
figcaption{color:var(--soft);font-size:.9rem;margin:8px 0 0;max-width:100ch}
.card{background:var(--card);color:var(--ink);border:1px solid var(--line);border-radius:10px;padding:6px;overflow:hidden}
.card svg{display:block;width:100%;height:auto;font-family:${fontFamily};font-variant-numeric:tabular-nums}
.card text{dominant-baseline:central}
.scale{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 52px 10px;margin-top:12px}
.bar{height:14px;border-radius:3px;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.ticks{position:relative;list-style:none;margin:3px 0 8px;padding:0;height:38px;font-size:.82rem;line-height:1.25}
.ticks li{position:absolute;transform:translateX(-50%);text-align:center;white-space:nowrap}
.ticks b,.ticks span{display:block}
.ticks b{font-weight:600}
.ticks span{color:var(--soft)}
.keys{display:flex;flex-wrap:wrap;gap:4px 22px;list-style:none;margin:0 0 0 -40px;padding:0;font-size:.85rem}
.keys i{display:inline-block;width:22px;height:14px;border-radius:3px;margin-right:7px;vertical-align:-2px;border:1px solid var(--line);-webkit-print-color-adjust:exact;print-color-adjust:exact}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:10px;background:var(--card)}
table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:10px 12px 6px}
th,td{padding:5px 9px;text-align:right;white-space:nowrap;vertical-align:top}
thead td{border-bottom:1px solid var(--line)}
.wide caption span{position:sticky;left:12px;display:inline-block;max-width:calc(min(100vw,1160px) - 66px)}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom;border-bottom:1px solid var(--line);line-height:1.3}
thead th[scope=colgroup]{text-align:center;border-bottom:0}
thead th:first-child[rowspan],tbody th{text-align:left}
tbody th[scope=rowgroup]{padding-top:14px;font-weight:600}
tbody th[scope=row]{font-weight:500;line-height:1.3;position:sticky;left:0;background:var(--card)}
tbody tr+tr>*{border-top:1px solid var(--line)}
.cell{border-left:4px var(--dash,solid) var(--cell,var(--soft));padding-left:8px;display:inline-block}
.metric{white-space:normal;display:inline-block;max-width:9em}
sub,sup{line-height:0}
small{display:block;font-weight:400;font-size:.85em}
.warn{color:var(--warn);white-space:normal}
td .warn{max-width:6.5em;margin-left:auto}
.data{margin:8px 0 0;font-size:.95rem}
.data summary{cursor:pointer;color:var(--accent);padding:8px 0}
.data .wide{margin-top:4px}.data caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 18px;margin:8px 0 16px}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 14px;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.88rem}
.sources li{margin:4px 0;max-width:90ch}
footer{color:var(--soft);font-size:.88rem;margin-top:36px}
@media screen and (max-width:900px){.grid.three{grid-template-columns:repeat(2,minmax(0,1fr))}}
@media screen and (max-width:860px){.grid:not(.three){grid-template-columns:minmax(0,1fr)}.grid:not(.three) svg{max-width:600px;margin:0 auto}}
@media screen and (max-width:720px){.grid.three{grid-template-columns:minmax(0,1fr)}main{padding:18px 10px 40px}h1{font-size:1.5rem}.card{padding:2px}.card.scroll{overflow-x:auto}.card.scroll svg{min-width:680px}.scale{padding:12px 30px 8px}.ticks{font-size:.68rem;height:46px}.ticks span{max-width:7.5ch;white-space:normal}.keys{margin-left:-20px}tbody th[scope=row]{white-space:normal;min-width:8.5em;max-width:8.5em}dl{grid-template-columns:minmax(0,1fr);gap:0}dd{margin-bottom:8px}}
@media screen and (prefers-color-scheme:dark){${darkCharts}:root{--bg:#11151c;--card:#181d26;--ink:#e8eaed;--soft:#a3acb8;--line:#303844;--warn:#ffb085;--accent:#56b4e9}a{color:var(--accent)}
.contents ul{display:flex;flex-wrap:wrap;gap:4px 20px;list-style:none;margin:0;padding:0}
.contents a{display:inline-block;padding:4px 0}
.banner{background:#3b2a14;color:#ffdcae;border-color:#6b4a1e}}
@media print{.contents{display:none}.data:not([open]){display:none}.card,.scale,.wide{border-color:#999}.card{-webkit-print-color-adjust:exact;print-color-adjust:exact}:root{--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--warn:#7a2600}body{font-size:11pt}main{max-width:none;padding:0}figure,.wide,.grid>*{break-inside:avoid}h2,h3{break-after:avoid}.wide{overflow:visible}table{font-size:7pt}th,td{padding:3px 3px}}
`;
