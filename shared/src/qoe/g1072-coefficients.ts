// The fitted numbers of ITU-T G.1072 (01/2020 with Corrigendum 1, 10/2020).
//
// A title falls into one class for its picture (how hard its video is to code)
// and one for its play (how much a delay or a missing frame hurts).

/** How hard the title's picture is to code: much detail and motion is "high". */
export type VideoComplexity = "low" | "medium" | "high";

/** How much play suffers from delay and lost frames: a shooter is "high", a card game "low". */
export type Interaction = "low" | "medium" | "high";

export type CodingCoefficients = {
  readonly c0: number;
  readonly c1: number;
  readonly c2: number;
  readonly c3: number;
  readonly c4: number;
  readonly c5: number;
  readonly c6: number;
  readonly c7: number;
  readonly c8: number;
  readonly c9: number;
  readonly c10: number;
  readonly c11: number;
  readonly c12: number;
  readonly c13: number;
};

export type PlayCoefficients = {
  /** Jerky picture: frame rate and lost frames. */
  readonly t: readonly [number, number, number, number];
  /** Sluggish input from missing frames. */
  readonly i: readonly [number, number, number, number];
  /** Sluggish input from delay. */
  readonly d: readonly [number, number, number, number];
};

export const CODING: Readonly<Record<VideoComplexity, CodingCoefficients>> = {
  low: {
    c0: 52.505238,
    c1: -28.0170325,
    c2: -2.68405109,
    c3: 5.46647668,
    c4: 12.4214486,
    c5: -28.0191642,
    c6: 0.215799183,
    c7: 19.7091683,
    c8: 3358.30546,
    c9: 28.369915,
    c10: 0.000460029723,
    c11: 0.0234972977,
    c12: 0.00164739513,
    c13: 0.0895913579,
  },
  medium: {
    c0: 37.9882097,
    c1: -13.7207634,
    c2: 8.57836656,
    c3: 3.2658129,
    c4: 6.83275916,
    c5: -127.997288,
    c6: 0.479594798,
    c7: 0.612878511,
    c8: 0.00139396166,
    c9: 56.2892863,
    c10: 0.00046,
    c11: 0.00475669545,
    c12: 0.0581327058,
    c13: 2.38014343,
  },
  high: {
    c0: 47.7463038,
    c1: -12.0699723,
    c2: 9.05167501,
    c3: 3.41919377,
    c4: 7.62306351,
    c5: -167.837954,
    c6: 0.0760332685,
    c7: 1.57176227,
    c8: 3.68595885,
    c9: 74.0570804,
    c10: 0.000459999348,
    c11: 0.00406000335,
    c12: 2.58892015e-8,
    c13: 0.868406685,
  },
};

const LOW_INTERACTION: PlayCoefficients = {
  t: [29.13, 0.01344, -1.283, 6.724],
  i: [23.43, 0.008574, -0.9253, 5.855],
  d: [47.97, 2.097, 0.01073, -4.567],
};

/** The Recommendation fits medium and high interaction alike. */
const HIGH_INTERACTION: PlayCoefficients = {
  t: [47.03, 0.01747, -1.823, 10.7],
  i: [54.71, 0.02589, -2.485, 9.306],
  d: [90, 1.191, 0.009775, -18.73],
};

export const PLAY: Readonly<Record<Interaction, PlayCoefficients>> = {
  low: LOW_INTERACTION,
  medium: HIGH_INTERACTION,
  high: HIGH_INTERACTION,
};
