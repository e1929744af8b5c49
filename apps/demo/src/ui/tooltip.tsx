import type { ComponentChildren } from "preact";

export interface TooltipProps {
  /** Where it points to, in pixels of the positioned parent. */
  readonly x: number;
  readonly y: number;
  /** The width of the parent: the tooltip stays inside. */
  readonly within: number;
  readonly children: ComponentChildren;
}

/** Numbers beside the cursor. It repeats what the table says, so screen readers pass it by. */
export function Tooltip({ x, y, within, children }: TooltipProps) {
  const toLeft = x > within / 2;
  const style = { top: `${y}px`, ...(toLeft ? { right: `${within - x + 12}px` } : { left: `${x + 12}px` }) };
  return (
    <div class="tooltip" aria-hidden="true" style={style}>
      {children}
    </div>
  );
}
