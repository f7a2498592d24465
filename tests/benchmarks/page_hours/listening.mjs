/**
 * Hours of listening in virtual time: the player's own worker receives packets from a stand-in for a
 * WebSocket, and its channel player renders what an audio thread would.
 *
 *     node --expose-gc tests/benchmarks/page_hours/listening.mjs HOURS
 *
 * It prints a line of JSON each simulated half hour.
 */
import { arrivals, random, voice } from '../../web/network-model.mjs';

const PACKET_MS = 60;
const PACKET_SAMPLES = 2_880;
const BLOCK = 128;
const BLOCK_MS = (1000 * BLOCK) / 48_000;
const REPORT_MS = 30 * 60_000;
/** The listener tries another language now and then. */
const CHANGE_MS = 10 * 60_000;
const BACKLOG_PACKETS = 4;
/** What a good Wi-Fi adds. */
const JITTER_MS = 8;

/** Timers of a clock that the program moves. */
class VirtualTime {
  nowMs = 0;
  #next = 1;
  /** @type {Map<number, {atMs: number, act: () => void}>} */
  #timers = new Map();

  set = (act, ms = 0) => {
    this.#timers.set(this.#next, { atMs: this.nowMs + ms, act });
    return this.#next++;
  };

  clear = (timer) => void this.#timers.delete(timer);

  get waiting() {
    return this.#timers.size;
  }

  moveTo(nowMs) {
    this.nowMs = nowMs;
    for (const [timer, { atMs, act }] of this.#timers) {
      if (atMs > nowMs || !this.#timers.delete(timer)) continue;
      act();
    }
  }
}

const time = new VirtualTime();
const sound = voice(20_000);
let socket;
let decoders = 0;
let packets = 0;

class SocketStandIn {
  constructor() {
    socket = this;
    this.asked = [];
  }

  send(text) {
    this.asked.push(JSON.parse(text));
  }

  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }

  /** One packet of the channel that is heard. */
  bring(sequence) {
    const message = new ArrayBuffer(16 + 90);
    const header = new DataView(message);
    header.setUint8(0, 1);
    header.setUint8(1, 2);
    header.setUint32(4, sequence);
    header.setBigUint64(8, BigInt(sequence) * 1_440n);
    this.onmessage({ data: message });
  }

  close() {}
}

class DecoderStandIn {
  state = 'unconfigured';

  constructor({ output }) {
    this.output = output;
    decoders += 1;
  }

  configure() {
    this.state = 'configured';
  }

  decode() {
    const at = (packets++ * PACKET_SAMPLES) % (sound.length - PACKET_SAMPLES);
    this.output({
      numberOfFrames: PACKET_SAMPLES,
      copyTo: (samples) => samples.set(sound.subarray(at, at + PACKET_SAMPLES)),
      close: () => undefined,
    });
  }

  async flush() {}

  close() {
    this.state = 'closed';
    decoders -= 1;
  }
}

const told = { bytes: 0, other: 0 };
Object.assign(globalThis, {
  self: {
    postMessage: (message) => (message.bytes ? (told.bytes += message.bytes) : told.other++),
    setTimeout: time.set,
    close: () => undefined,
  },
  WebSocket: SocketStandIn,
  AudioDecoder: DecoderStandIn,
  EncodedAudioChunk: class {},
});
await import('../../../listener_web/player/worker.js');
const { ChannelPlayer } = await import('../../../listener_web/player/channel-player.js');
Object.assign(globalThis, { setTimeout: time.set, clearTimeout: time.clear });
Date.now = () => time.nowMs;

const player = new ChannelPlayer(48_000);
/** The port of `worklet.js`. */
const sink = {
  postMessage(message) {
    if (message.samples) player.push(message.stream, message.samples);
    else if (message.lost) player.pushLoss(message.stream, message.lost);
    else if (message.begin) player.begin(message.begin);
    else if (message.rejoined) player.rejoin();
  },
};

/** @param {number} hours */
async function listen(hours) {
  const chance = random(11);
  const lateMs = arrivals(60_000, () => JITTER_MS * chance()).map((at, number) => at - number * PACKET_MS);
  const arrivesMs = (number) => number * PACKET_MS + lateMs[number % lateMs.length];
  self.onmessage({ data: { type: 'open', url: 'ws://x/es', sink } });
  socket.onopen();
  socket.say({ type: 'hello', channel: 'es' });
  let next = 0;
  while (next < BACKLOG_PACKETS) socket.bring(next++);
  const output = new Float32Array(BLOCK);
  const endMs = hours * 3_600_000;
  let channel = 'es';
  let changeMs = CHANGE_MS;
  let reportMs = REPORT_MS;
  const beganMs = arrivesMs(BACKLOG_PACKETS - 1);
  for (let block = 0; beganMs + block * BLOCK_MS <= endMs; block++) {
    const nowMs = beganMs + block * BLOCK_MS;
    time.moveTo(nowMs);
    while (arrivesMs(next) <= nowMs) socket.bring(next++);
    player.render(output);
    if (nowMs >= changeMs) {
      changeMs += CHANGE_MS;
      channel = channel === 'es' ? 'fr' : 'es';
      self.onmessage({ data: { type: 'change', wish: { channel, url: `ws://x/${channel}`, backlog_ms: 240 } } });
      socket.say({ type: 'changed', channel });
      for (let back = BACKLOG_PACKETS; back > 0; back--) socket.bring(next - back);
    }
    if (nowMs + BLOCK_MS > Math.min(reportMs, endMs)) {
      // Decoders of earlier channels close when they are done.
      await Promise.resolve();
      report(nowMs);
      reportMs += REPORT_MS;
    }
  }
}

/** @param {number} nowMs */
function report(nowMs) {
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const { underruns, fill_ms, target_ms, skipped_ms } = player.stats();
  console.log(
    JSON.stringify({
      hours: nowMs / 3_600_000,
      heap_bytes: heapUsed + arrayBuffers,
      decoders,
      timers: time.waiting,
      underruns,
      fill_ms,
      target_ms,
      skipped_ms,
    }),
  );
}

await listen(Number(process.argv[2] ?? 8));
process.exit(0);
