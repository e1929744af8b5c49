import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { theme } from "../state/theme.ts";

/** The room to draw in, in CSS pixels; a device pixel is `1 / ratio`. */
export interface Room {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

/** Draws a whole picture. Signals that it reads make it be called again, at the next frame and once a frame at most. */
export type Draw = (context: CanvasRenderingContext2D, room: Room) => void;

export interface CanvasProps {
  readonly draw: Draw;
  /** In CSS pixels; the width is that of the place. */
  readonly height: number;
  /** What it shows, for those who do not see it. */
  readonly label: string;
  /** The id of the table or text that holds the same numbers. */
  readonly describedBy?: string;
  readonly class?: string;
}

/** A canvas as sharp as the screen, redrawn when its size, the theme, or a signal that was read has changed. */
export function Canvas({ draw, height, label, describedBy, class: className = "" }: CanvasProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  latest.current = draw;
  const redraw = useRef<() => void>(() => {});

  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext("2d");
    if (canvas === null || context === null || context === undefined) return;
    const width = signal(canvas.clientWidth);
    let frame = 0;
    let unfollow = () => {};
    const paint = () => {
      frame = 0;
      unfollow();
      let drawn = false;
      unfollow = effect(() => {
        // The first run draws and so learns what the picture depends on; the next one only asks for a new frame.
        if (drawn) {
          ask();
          return;
        }
        drawn = true;
        theme.value;
        const ratio = window.devicePixelRatio || 1;
        const room = { width: width.value, height: canvas.clientHeight, ratio };
        canvas.width = Math.max(1, Math.round(room.width * ratio));
        canvas.height = Math.max(1, Math.round(room.height * ratio));
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        if (room.width > 0) latest.current(context, room);
      });
    };
    const ask = () => {
      if (frame === 0) frame = requestAnimationFrame(paint);
    };
    redraw.current = ask;
    const observer = new ResizeObserver(() => {
      width.value = canvas.clientWidth;
    });
    observer.observe(canvas);
    ask();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
      unfollow();
    };
  }, []);

  // Props of the parent may have changed what is drawn.
  useEffect(() => redraw.current());

  return (
    <canvas
      ref={ref}
      class={`canvas ${className}`}
      style={{ height: `${height}px` }}
      role="img"
      aria-label={label}
      aria-describedby={describedBy}
    />
  );
}
