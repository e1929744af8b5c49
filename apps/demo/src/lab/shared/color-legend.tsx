import { messages } from "../../messages/index.ts";
import { decades } from "../../ui/axis.tsx";
import { Canvas } from "../../ui/canvas.tsx";
import { colorText } from "../../ui/color.ts";
import { decadeTicks } from "../../ui/scale.ts";

/** What colours mean: decades, in numbers and in words, and the hatches of what has no colour of its own. */
export function ColorLegend({ domain }: { domain: readonly [number, number] }) {
  const text = messages.value.labViews.colors;
  const [low, high] = domain;
  const ticks = decadeTicks(domain, high - low > 6 ? 3 : 1);
  return (
    <div class="color-legend">
      <div class="ramp">
        <Canvas
          height={12}
          label={text.label}
          draw={(context, { width, height }) => {
            for (let x = 0; x < width; x++) {
              context.fillStyle = colorText(low + ((x + 0.5) / width) * (high - low), domain);
              context.fillRect(x, 0, 1.5, height);
            }
          }}
        />
        <ul>
          {ticks.map((tick) => (
            <li key={tick} style={{ left: `${(100 * (tick - low)) / (high - low)}%` }}>
              {decades(tick)}
            </li>
          ))}
        </ul>
      </div>
      <p class="swatches">
        <span>{text.words}</span>
        {(["below", "zero", "nan"] as const).map((shade) => (
          <span key={shade}>
            <i class={`swatch ${shade}`} /> {text.shades[shade]}
          </span>
        ))}
      </p>
    </div>
  );
}
