// The hours of the night, in the order in which they pass.

/** Sky from the top down; ridges from the farthest; the moon's or sun's own light. */
export const THEMES = [
  {
    name: "dusk",
    sky: ["#171139", "#4a2467", "#a8456f", "#f0935c"],
    ridges: ["#6b3a72", "#3c2457"],
    water: ["#8c4a66", "#1a1236"],
    light: { colour: "255, 214, 150", x: 0.68, y: 0.74, radius: 54 },
    stars: 90,
    root: 146.83,
  },
  {
    name: "night",
    sky: ["#050820", "#0c1842", "#1b3568", "#3b6491"],
    ridges: ["#1d3a66", "#10234a"],
    water: ["#2b507c", "#070d26"],
    light: { colour: "232, 238, 255", x: 0.72, y: 0.22, radius: 38 },
    stars: 260,
    root: 130.81,
  },
  {
    name: "aurora",
    sky: ["#030d1c", "#06293a", "#0d5753", "#2f8a74"],
    ridges: ["#0f4650", "#082a38"],
    water: ["#1d6a64", "#04141f"],
    light: { colour: "214, 255, 236", x: 0.24, y: 0.2, radius: 26 },
    stars: 220,
    aurora: ["90, 255, 190", "120, 200, 255", "190, 130, 255"],
    root: 123.47,
  },
  {
    name: "dawn",
    sky: ["#20285c", "#6a5596", "#d9809a", "#ffcf9a"],
    ridges: ["#8d6596", "#5a4580"],
    water: ["#c88aa0", "#382a5c"],
    light: { colour: "255, 240, 200", x: 0.78, y: 0.7, radius: 60 },
    stars: 30,
    root: 164.81,
  },
];

/** An hour lasts so many metres. */
export const THEME_METRES = 450;
