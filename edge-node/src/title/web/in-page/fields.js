// Runs in every frame of a web title, in a world of its own: tells when a field for text has the
// focus. `nearframeField` is the way to the node (../field-watch.ts).

const KINDS = {
  text: "text", search: "search", email: "email", url: "url", tel: "tel", number: "decimal", password: "password",
};

function deepest() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

function kindOf(element) {
  if (element instanceof HTMLTextAreaElement) return element.readOnly || element.disabled ? undefined : "text";
  if (element instanceof HTMLInputElement) return element.readOnly || element.disabled ? undefined : KINDS[element.type];
  return element instanceof HTMLElement && element.isContentEditable ? "text" : undefined;
}

let last = "";
function look() {
  // Where a frame inside has the focus, that frame tells.
  const kind = document.hasFocus() ? kindOf(deepest()) : undefined;
  const now = JSON.stringify({ focused: kind !== undefined, kind: kind ?? "text" });
  if (now === last) return;
  last = now;
  globalThis.nearframeField(now);
}

// When the focus moves from one field to another, none has it for a moment.
const soon = () => setTimeout(look);
for (const event of ["focusin", "focusout"]) addEventListener(event, soon, true);
for (const event of ["focus", "blur"]) addEventListener(event, soon);
soon();
