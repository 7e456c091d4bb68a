import { useEffect, useRef, type ReactNode } from "react";
import { useTexts } from "../use-texts.ts";
import { CloseIcon } from "./icons.tsx";
import styles from "./Sheet.module.css";

type SheetProps = { label: string; onClose: () => void; children: ReactNode };

/** A layer of its own over the screen: from below on a phone, in the middle elsewhere. */
export function Sheet({ label, onClose, children }: SheetProps) {
  const { nav } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    element.showModal();
    // Not its first button, which would look chosen.
    element.focus();
    // A press beside the sheet falls on the dialog itself.
    const pressBeside = (event: MouseEvent) => event.target === element && onClose();
    element.addEventListener("click", pressBeside);
    return () => {
      element.removeEventListener("click", pressBeside);
      element.close();
    };
  }, [onClose]);
  return (
    <dialog
      ref={dialog}
      className={styles.sheet}
      tabIndex={-1}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div className={styles.body}>
        <button type="button" className={styles.close} aria-label={nav.close} onClick={onClose}>
          <CloseIcon />
        </button>
        {children}
      </div>
    </dialog>
  );
}
