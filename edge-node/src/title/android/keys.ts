// Keys as Android numbers them (android.view.KeyEvent), and the modifiers that go with each. Pure.

import { AndroidKeyCode, AndroidKeyEventMeta } from "@yume-chan/scrcpy";
import { keyCode } from "@nearframe/shared/input/codes";

/** Android's names are those of `KeyboardEvent.code`, but for these. */
const OTHER_NAMES: Readonly<Record<string, AndroidKeyCode>> = {
  AudioVolumeUp: AndroidKeyCode.VolumeUp,
  AudioVolumeDown: AndroidKeyCode.VolumeDown,
  AudioVolumeMute: AndroidKeyCode.VolumeMute,
  NumpadEqual: AndroidKeyCode.NumpadEquals,
  BrowserBack: AndroidKeyCode.AndroidBack,
  BrowserHome: AndroidKeyCode.AndroidHome,
  SelectTask: AndroidKeyCode.AndroidAppSwitch,
};
/** What leads out of an app. */
const WAYS_OUT = new Set(["BrowserHome", "SelectTask", "MetaLeft", "MetaRight", "Power"]);

const MODIFIERS: Readonly<Record<string, number>> = {
  ShiftLeft: AndroidKeyEventMeta.Shift | AndroidKeyEventMeta.ShiftLeft,
  ShiftRight: AndroidKeyEventMeta.Shift | AndroidKeyEventMeta.ShiftRight,
  ControlLeft: AndroidKeyEventMeta.Ctrl | AndroidKeyEventMeta.CtrlLeft,
  ControlRight: AndroidKeyEventMeta.Ctrl | AndroidKeyEventMeta.CtrlRight,
  AltLeft: AndroidKeyEventMeta.Alt | AndroidKeyEventMeta.AltLeft,
  AltRight: AndroidKeyEventMeta.Alt | AndroidKeyEventMeta.AltRight,
  MetaLeft: AndroidKeyEventMeta.Meta | AndroidKeyEventMeta.MetaLeft,
  MetaRight: AndroidKeyEventMeta.Meta | AndroidKeyEventMeta.MetaRight,
};

/** `key`: the kernel's number. Undefined for one that Android has not. */
export function androidKey(key: number): AndroidKeyCode | undefined {
  const code = keyCode(key);
  if (code === undefined) return undefined;
  return OTHER_NAMES[code] ?? (AndroidKeyCode as Readonly<Record<string, AndroidKeyCode>>)[code];
}

export function leadsOut(key: number): boolean {
  return WAYS_OUT.has(keyCode(key) ?? "");
}

/** Of all keys that are held. */
export function metaState(keys: Iterable<number>): AndroidKeyEventMeta {
  let state = 0;
  for (const key of keys) state |= MODIFIERS[keyCode(key) ?? ""] ?? 0;
  return state as AndroidKeyEventMeta;
}
