/** Packets on their way through a network, in virtual time, into a player. */
import { SOURCE_HZ } from '../../listener_web/player/jitter-buffer.js';

const MS = SOURCE_HZ / 1000;
const BLOCK = 128;
const BLOCK_MS = BLOCK / MS;
export const PACKET_MS = 60;

/** The same numbers in each run. @param {number} seed */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/**
 * Something like a voice: vowels of changing pitch, hisses, and a pause now and then.
 *
 * @param {number} ms
 */
export function voice(ms) {
  const chance = random(7);
  const samples = new Float32Array(ms * MS);
  let phase = 0;
  for (let i = 0; i < samples.length; i++) {
    const at_ms = i / MS;
    phase += (110 + 40 * Math.sin(at_ms / 700)) / SOURCE_HZ;
    const inSentence = at_ms % 3_400 < 2_900;
    const hisses = at_ms % 430 > 360;
    const vowel = 0.3 * Math.sin(2 * Math.PI * phase) + 0.2 * Math.sin(6 * Math.PI * phase + 1);
    const hiss = 0.08 * (chance() - 0.5);
    samples[i] = inSentence ? (hisses ? hiss : vowel) : 0;
  }
  return samples;
}

/**
 * When each packet arrives on an ordered connection: a late packet holds up those behind it.
 *
 * @param {number} ms how long packets are sent
 * @param {(number: number, sent_ms: number) => number} delay_ms of each packet by itself
 * @returns {number[]}
 */
export function arrivals(ms, delay_ms) {
  let before = 0;
  return Array.from({ length: Math.floor(ms / PACKET_MS) }, (_, number) => {
    const sent_ms = number * PACKET_MS;
    before = Math.max(before, sent_ms + delay_ms(number, sent_ms));
    return before;
  });
}

/**
 * Play what arrives. The first packets are a backlog of 240 ms, as from the server.
 *
 * @param {import('../../listener_web/player/channel-player.js').ChannelPlayer} player
 * @param {number[]} arrivals_ms
 * @param {{every?: (now_ms: number) => void, hz?: number}} [options]
 * @returns {{now_ms: number, underruns: number, target_ms: number, fill_ms: number, skipped_ms: number}[]}
 *   the player each 100 ms
 */
export function played(player, arrivals_ms, { every = () => undefined } = {}) {
  const sound = voice(20_000);
  const packet = PACKET_MS * MS;
  const backlog = 4;
  const history = [];
  const output = new Float32Array(BLOCK);
  let next = 0;
  const push = () => {
    const at = (next * packet) % (sound.length - packet);
    player.push(0, sound.slice(at, at + packet));
    next += 1;
  };
  for (let i = 0; i < backlog; i++) push();
  const began_ms = arrivals_ms[backlog - 1];
  const end_ms = arrivals_ms.at(-1);
  let reported_ms = -Infinity;
  for (let now_ms = began_ms; now_ms < end_ms; now_ms += BLOCK_MS) {
    while (next < arrivals_ms.length && arrivals_ms[next] <= now_ms) push();
    player.render(output);
    every(now_ms);
    if (now_ms - reported_ms < 100) continue;
    reported_ms = now_ms;
    history.push({ now_ms, ...player.stats() });
  }
  return history;
}
