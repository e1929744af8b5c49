import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Canvas } from "../../ui/canvas.tsx";

/** A picture's size and the rectangle inside its axes, in CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface PlotProps {
  readonly height: number;
  /** Room for axes and names at the top, right, bottom and left. */
  readonly margin: readonly [number, number, number, number];
  readonly label: string;
  readonly describedBy?: string;
  readonly draw: (context: CanvasRenderingContext2D, frame: Frame) => void;
  /** Axes and words, as SVG. */
  readonly axes?: (frame: Frame) => ComponentChildren;
  /** What lies over the picture and can be reached. */
  readonly over?: (frame: Frame) => ComponentChildren;
}

/** A canvas, axes as SVG over it, and what can be dragged over both. */
export function Plot({ height, margin, label, describedBy, draw, axes, over }: PlotProps) {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const place = ref.current;
    if (place === null) return;
    const observer = new ResizeObserver(() => setWidth(place.clientWidth));
    observer.observe(place);
    setWidth(place.clientWidth);
    return () => observer.disconnect();
  }, []);
  const frame = frameOf(width, height, margin);
  return (
    <div class="plot" ref={ref}>
      <Canvas
        height={height}
        label={label}
        {...(describedBy === undefined ? {} : { describedBy })}
        draw={(context, room) => draw(context, frameOf(room.width, height, margin))}
      />
      {width > 0 && axes !== undefined && <svg aria-hidden="true">{axes(frame)}</svg>}
      {width > 0 && over?.(frame)}
    </div>
  );
}

function frameOf(width: number, height: number, [top, right, bottom, left]: PlotProps["margin"]): Frame {
  return { width, height, left, top, right: Math.max(left + 1, width - right), bottom: height - bottom };
}

/** The style of something that covers the rectangle inside the axes. */
export function inside({ left, top, right, bottom }: Frame): {
  left: string;
  top: string;
  width: string;
  height: string;
} {
  return { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` };
}
