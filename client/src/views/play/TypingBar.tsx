import { useEffect, useRef, useState } from "react";
import type { FieldKind } from "@nearframe/shared/protocol/session-control";
import { Button } from "../parts/Button.tsx";
import { CloseIcon } from "../parts/icons.tsx";
import { useTexts } from "../use-texts.ts";
import styles from "./TypingBar.module.css";

export type TypingBarProps = {
  /** Makes the field the title's. */
  mountField: (field: HTMLInputElement) => { type(text: string): void; close(): void };
  /** The text that the player copied elsewhere; rejects where the browser or the player refuses. */
  readClipboard: () => Promise<string>;
  /** Of the title's field, where its runtime can tell. */
  kind?: FieldKind | undefined;
  onClose: () => void;
};

/** Where the phone's keyboard writes: what it composes is seen here, what was chosen is the title's. */
export function TypingBar({ mountField, readClipboard, kind = "text", onClose }: TypingBarProps) {
  const { typing } = useTexts();
  const bar = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const mounted = useRef<ReturnType<TypingBarProps["mountField"]>>(undefined);
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    if (!field.current) return;
    const mine = mountField(field.current);
    mounted.current = mine;
    field.current.focus();
    return mine.close;
  }, [mountField]);
  useEffect(() => (bar.current ? stayAboveKeyboard(bar.current) : undefined), []);

  const paste = async () => {
    try {
      mounted.current?.type(await readClipboard());
      setRefused(false);
      field.current?.focus();
    } catch (error) {
      console.info("nearframe: the clipboard is not given:", error);
      setRefused(true);
    }
  };
  return (
    <div className={styles.bar} ref={bar}>
      {refused && <output className={styles.refused}>{typing.refused}</output>}
      <input
        ref={field}
        className={styles.field}
        aria-label={typing.field}
        type={kind === "password" ? "password" : "text"}
        inputMode={kind === "password" ? "text" : kind}
        autoComplete="off"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        enterKeyHint="enter"
      />
      <Button kind="second" onPress={() => void paste()}>
        {typing.paste}
      </Button>
      <button type="button" className={styles.close} aria-label={typing.close} onClick={onClose}>
        <CloseIcon />
      </button>
    </div>
  );
}

/** Phones lay their keyboard over the page and tell only how much of it is still seen. */
function stayAboveKeyboard(bar: HTMLElement): (() => void) | undefined {
  const { visualViewport } = window;
  if (!visualViewport) return undefined;
  const follow = () => {
    const covered = window.innerHeight - visualViewport.height - visualViewport.offsetTop;
    bar.style.setProperty("--keyboard", `${Math.max(0, covered)}px`);
  };
  follow();
  visualViewport.addEventListener("resize", follow);
  visualViewport.addEventListener("scroll", follow);
  return () => {
    visualViewport.removeEventListener("resize", follow);
    visualViewport.removeEventListener("scroll", follow);
  };
}
