// One question, asked of keyboard, mouse, touch and pads alike: is it held?

const NOT_FLYING = new Set(["Escape", "KeyP", "KeyM", "Tab", "AltLeft", "AltRight", "MetaLeft", "MetaRight"]);
/** Face buttons, shoulders and triggers of a standard pad. */
const PAD_BUTTONS = [0, 1, 2, 3, 4, 5, 6, 7];

export function listen({ onPress, onPause, onMute }) {
  const held = new Set();
  const press = (what) => {
    if (held.has(what)) return;
    held.add(what);
    onPress();
  };
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    if (event.code === "Escape" || event.code === "KeyP") return onPause();
    if (event.code === "KeyM") return onMute();
    if (!NOT_FLYING.has(event.code)) press(event.code);
  });
  addEventListener("keyup", (event) => held.delete(event.code));
  addEventListener("pointerdown", (event) => press(`pointer ${event.pointerId}`));
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, (event) => held.delete(`pointer ${event.pointerId}`));
  addEventListener("blur", () => held.clear());

  return {
    isHeld() {
      for (const pad of navigator.getGamepads()) {
        if (!pad) continue;
        if (PAD_BUTTONS.some((button) => pad.buttons[button]?.pressed)) press(`pad ${pad.index}`);
        else held.delete(`pad ${pad.index}`);
      }
      return held.size > 0;
    },
  };
}
