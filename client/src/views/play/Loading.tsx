import { useEffect, useRef, useState } from "react";
import type { PublicTitle } from "@nearframe/shared/api/titles";
import type { PlayView } from "../../view-model/play-view.ts";
import { mayPreview, PREVIEW_AFTER_MS } from "../../view-model/preview.ts";
import { Button } from "../parts/Button.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./Loading.module.css";

type LoadingProps = {
  view: Extract<PlayView, { scene: "loading" }>;
  title: PublicTitle | undefined;
  /** The player wants little data used: then nothing moves. */
  thrifty: boolean;
  onLeave: () => void;
};

/** The start as it really happens: one frame of the strip for each step, lit when it is done. */
export function Loading({ view, title, thrifty, onLeave }: LoadingProps) {
  const { loading, play } = useTexts();
  const current = view.steps.find(({ state }) => state === "now");
  const done = view.steps.filter(({ state }) => state === "done").length;
  return (
    <section className={styles.page} aria-label={title?.name}>
      {title && <img className={styles.art} src={title.art.hero} alt="" />}
      {title?.art.preview !== undefined && <Preview src={title.art.preview} view={view} thrifty={thrifty} />}
      <div className={styles.words}>
        {title && <h1 className={styles.name}>{title.name}</h1>}
        <div className={styles.now}>
          <output>{sentence()}</output>
          <Seconds />
        </div>
        {view.queue?.othersFirst && view.queue.hiddenFrom === undefined && <p className={styles.aside}>{loading.letFirst}</p>}
        {view.slow && <p className={styles.aside}>{loading.slow[view.slow]}</p>}
        {view.moving && <p className={styles.aside}>{play.moving}</p>}
        <progress className={styles.progress} aria-label={loading.progress} max={view.steps.length} value={done} />
        <ol className={styles.strip}>
          {view.steps.map(({ step, state }) => (
            <li key={step} className={styles.step} data-state={state}>
              <span>{loading.steps[step].name}</span>
            </li>
          ))}
        </ol>
        <div className={styles.foot}>
          <p className={styles.credits}>{title?.credits}</p>
          <Button kind="second" onPress={onLeave}>
            {loading.leave}
          </Button>
        </div>
      </div>
    </section>
  );

  function sentence(): string {
    if (view.stage === "reaching") return loading.reaching;
    if (view.stage === "asking") return loading.asking;
    if (view.queue) {
      const wait = view.queue.waitMs === undefined ? "" : `, ${loading.wait(view.queue.waitMs / 1000)}`;
      return loading.queued(view.queue.position) + wait;
    }
    return loading.steps[current?.step ?? "first-frame"].now;
  }
}

type PreviewProps = Pick<LoadingProps, "view" | "thrifty"> & { src: string };

/** Some seconds of the title's own play, over its picture as soon as they are there. */
function Preview({ src, view, thrifty }: PreviewProps) {
  const [waitedMs, setWaitedMs] = useState(0);
  const [littleMotion] = useState(() => window.matchMedia("(prefers-reduced-motion: reduce)").matches);
  useEffect(() => {
    const timer = setTimeout(() => setWaitedMs(PREVIEW_AFTER_MS), PREVIEW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  // One that moves goes on to the first frame, unless the player wants less.
  const [begun, setBegun] = useState(false);
  if (!begun && mayPreview({ view, waitedMs, thrifty, littleMotion })) setBegun(true);
  return begun && !thrifty ? <Clip src={src} /> : null;
}

function Clip({ src }: { src: string }) {
  const [moves, setMoves] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.src = src;
    return () => {
      // A video that is only taken off the page may be fetched to its end, and may keep its decoder.
      element.removeAttribute("src");
      element.load();
    };
  }, [src]);
  return (
    <video
      ref={video} className={styles.preview} data-moves={moves} data-preview autoPlay muted loop playsInline
      disablePictureInPicture tabIndex={-1} aria-hidden="true" onPlaying={() => setMoves(true)}
    />
  );
}

/** How long it has taken so far, told as plainly as the rest. */
function Seconds() {
  const [tenths, setTenths] = useState(0);
  useEffect(() => {
    const startedAtMs = performance.now();
    const timer = setInterval(() => setTenths(Math.floor((performance.now() - startedAtMs) / 100)), 100);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className={styles.seconds} aria-hidden="true">
      {(tenths / 10).toFixed(1)} s
    </span>
  );
}
