import { Button } from "./controls.tsx";

interface Transport {
  readonly run: () => void;
  readonly pause: () => void;
  readonly step: () => void;
  readonly reset: () => void;
}

interface Words {
  readonly play: string;
  readonly pause: string;
  readonly step: string;
  readonly reset: string;
  readonly resetHint: string;
}

/** Play or pause, one step, and from the start. */
export function TransportButtons({ lab, running, text }: { lab: Transport; running: boolean; text: Words }) {
  return (
    <div class="buttons">
      <Button kind="primary" onClick={running ? lab.pause : lab.run}>
        {running ? text.pause : text.play}
      </Button>
      <Button onClick={lab.step}>{text.step}</Button>
      <Button onClick={lab.reset} title={text.resetHint}>
        {text.reset}
      </Button>
    </div>
  );
}
