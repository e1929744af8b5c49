import type { CSSProperties, TargetedKeyboardEvent, TargetedPointerEvent } from "preact";

export interface CursorSurfaceProps {
  readonly label: string;
  /** Null for none: then arrows begin at `start`. */
  readonly value: number | null;
  readonly least: number;
  readonly most: number;
  readonly start?: number;
  /** What is under the cursor, in words and numbers. */
  readonly valueText: string;
  /** The value at a place of the surface, both parts from 0 to 1. */
  readonly valueAt: (x: number, y: number) => number;
  readonly onChange: (value: number | null) => void;
  readonly onEnter?: () => void;
  readonly vertical?: boolean;
  /** Whether values rise to the left. */
  readonly backwards?: boolean;
  /** A second direction: arrows up and down, and the height of the pointer. */
  readonly cross?: {
    readonly value: number | null;
    readonly start: number;
    readonly least: number;
    readonly most: number;
    readonly valueAt: (y: number) => number;
    readonly onChange: (value: number | null) => void;
  };
  /** Where the mouse is while nothing is pressed, both from 0 to 1; then only a press moves the cursor. Null when it has left. */
  readonly onHover?: (place: readonly [number, number] | null) => void;
  readonly style: CSSProperties;
  readonly describedBy?: string;
}

/** Lies over a picture: drag, or arrows, move the cursor. It is a slider to those who listen. */
export function CursorSurface({
  label,
  value,
  least,
  most,
  start = least,
  valueText,
  valueAt,
  onChange,
  onEnter,
  vertical = false,
  backwards = false,
  style,
  describedBy,
  cross,
  onHover,
}: CursorSurfaceProps) {
  const clamp = (next: number) => Math.min(most, Math.max(least, Math.round(next)));
  const clampCross = (next: number) => Math.min(cross?.most ?? 0, Math.max(cross?.least ?? 0, Math.round(next)));
  const placeOf = (event: TargetedPointerEvent<HTMLDivElement>): readonly [number, number] => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  };
  const take = (event: TargetedPointerEvent<HTMLDivElement>) => {
    const [x, y] = placeOf(event);
    onChange(clamp(valueAt(x, y)));
    cross?.onChange(clampCross(cross.valueAt(y)));
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.round((most - least) / 10));
    const now = value ?? start;
    const right = backwards ? -1 : 1;
    const down = vertical ? 1 : -1;
    const next: Readonly<Record<string, number>> = {
      ArrowRight: now + right,
      ArrowLeft: now - right,
      ...(cross === undefined ? { ArrowDown: now + down, ArrowUp: now - down } : {}),
      PageDown: now + page,
      PageUp: now - page,
      Home: least,
      End: most,
    };
    if (event.key === "Escape") {
      onChange(null);
      cross?.onChange(null);
      event.currentTarget.blur();
    } else if (cross !== undefined && (event.key === "ArrowDown" || event.key === "ArrowUp"))
      cross.onChange(clampCross((cross.value ?? cross.start) + (event.key === "ArrowDown" ? 1 : -1)));
    else if (event.key === "Enter") onEnter?.();
    else if (event.key in next) onChange(clamp(next[event.key]));
    else return;
    event.preventDefault();
  };
  return (
    <div
      class="cursor-surface"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuenow={value ?? start}
      aria-valuetext={valueText}
      aria-orientation={vertical ? "vertical" : "horizontal"}
      aria-describedby={describedBy}
      style={style}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        take(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) take(event);
        else if (event.pointerType !== "mouse") return;
        else if (onHover !== undefined) onHover(placeOf(event));
        else take(event);
      }}
      onPointerLeave={() => onHover?.(null)}
    />
  );
}
