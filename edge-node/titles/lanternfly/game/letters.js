// The title's letters, drawn with a few strokes each, so that they look the same
// whatever fonts the machine has. A letter is lines between points of a unit square.

const STROKES = {
  L: [[[0, 0], [0, 1], [0.72, 1]]],
  A: [[[0, 1], [0.45, 0], [0.9, 1]], [[0.2, 0.66], [0.7, 0.66]]],
  N: [[[0, 1], [0, 0], [0.82, 1], [0.82, 0]]],
  T: [[[0, 0], [0.86, 0]], [[0.43, 0], [0.43, 1]]],
  E: [[[0.72, 0], [0, 0], [0, 1], [0.72, 1]], [[0, 0.5], [0.6, 0.5]]],
  R: [[[0, 1], [0, 0], [0.52, 0], [0.72, 0.12], [0.76, 0.28], [0.7, 0.44], [0.52, 0.54], [0, 0.54]], [[0.4, 0.54], [0.8, 1]]],
  F: [[[0.72, 0], [0, 0], [0, 1]], [[0, 0.5], [0.6, 0.5]]],
  Y: [[[0, 0], [0.43, 0.52], [0.86, 0]], [[0.43, 0.52], [0.43, 1]]],
};
const ADVANCE = 1.22;

/** Draws `text`, centred on x, its top at y, `height` high. The caller chooses stroke and width. */
export function strokeLetters(context, text, x, y, height) {
  const unit = height * 0.86;
  const left = x - ((text.length - 1) * ADVANCE + 0.8) * unit * 0.5;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  for (const [index, letter] of [...text].entries()) {
    for (const line of STROKES[letter] ?? []) {
      for (const [point, [px, py]] of line.entries()) {
        const at = [left + (index * ADVANCE + px) * unit, y + py * height];
        if (point === 0) context.moveTo(...at);
        else context.lineTo(...at);
      }
    }
  }
  context.stroke();
}
