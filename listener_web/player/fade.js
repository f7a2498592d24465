/** The cross-fade between two channels. */

export const FADE_S = 0.06;
const CURVE_POINTS = 32;

/**
 * Equal power: the squares of the two curves add up to one.
 *
 * @param {(angle: number) => number} shape
 */
function curve(shape) {
  return Float32Array.from({ length: CURVE_POINTS }, (_, i) =>
    shape((i / (CURVE_POINTS - 1)) * (Math.PI / 2)),
  );
}

const CURVES = { in: curve(Math.sin), out: curve(Math.cos) };

/**
 * Begin to fade a gain now; it takes {@link FADE_S}.
 *
 * @param {AudioParam} gain
 * @param {BaseAudioContext} context
 * @param {'in' | 'out'} direction
 */
export function fade(gain, context, direction) {
  gain.cancelScheduledValues(context.currentTime);
  gain.setValueCurveAtTime(CURVES[direction], context.currentTime, FADE_S);
}
