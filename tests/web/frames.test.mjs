/** Messages with sound: their layout, repeats, losses and orders. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOCK_HZ, FrameOrder, parseFrame } from '../../listener_web/player/frames.js';

function message({ version = 1, kind = 2, sequence = 0, position = 0n, packet = [1, 2, 3] } = {}) {
  const bytes = new Uint8Array(16 + packet.length);
  const header = new DataView(bytes.buffer);
  header.setUint8(0, version);
  header.setUint8(1, kind);
  header.setUint32(4, sequence);
  header.setBigUint64(8, position);
  bytes.set(packet, 16);
  return bytes.buffer;
}

const STEP = CLOCK_HZ * 0.06;

test('a message has a number, a position and a packet', () => {
  const frame = parseFrame(message({ sequence: 0xffff_fffe, position: 1n << 33n }));
  assert.equal(frame.sequence, 0xffff_fffe);
  assert.equal(frame.position, 2 ** 33);
  assert.deepEqual([...frame.packet], [1, 2, 3]);
});

test('what is not a packet of this version is left out', () => {
  assert.equal(parseFrame(message({ version: 2 })), null);
  assert.equal(parseFrame(message({ kind: 1 })), null);
  assert.equal(parseFrame(message({ packet: [] })), null);
  assert.equal(parseFrame(new ArrayBuffer(3)), null);
});

test('packets in order lack nothing', () => {
  const order = new FrameOrder();
  for (let i = 0; i < 5; i++) {
    assert.equal(order.accept({ sequence: 100 + i, position: i * STEP }), 0);
  }
});

test('missing numbers are counted as lost', () => {
  const order = new FrameOrder();
  order.accept({ sequence: 7, position: 0 });
  assert.equal(order.accept({ sequence: 10, position: 3 * STEP }), 2);
});

test('numbers go on over the end of 32 bits', () => {
  const order = new FrameOrder();
  order.accept({ sequence: 0xffff_ffff, position: 0 });
  assert.equal(order.accept({ sequence: 0, position: STEP }), 0);
  assert.equal(order.accept({ sequence: 2, position: 3 * STEP }), 1);
});

test('a packet that comes again or too late is not played', () => {
  const order = new FrameOrder();
  order.accept({ sequence: 1, position: 10 * STEP });
  assert.equal(order.accept({ sequence: 1, position: 10 * STEP }), null);
  assert.equal(order.accept({ sequence: 0, position: 9 * STEP }), null);
  assert.equal(order.accept({ sequence: 2, position: 11 * STEP }), 0, 'it changed nothing');
});

test('after a new connection what was played already is left out, and nothing counts as lost', () => {
  const order = new FrameOrder();
  order.accept({ sequence: 500, position: 20 * STEP });
  order.reconnected();
  assert.equal(order.accept({ sequence: 3, position: 19 * STEP }), null);
  assert.equal(order.accept({ sequence: 4, position: 20 * STEP }), null);
  assert.equal(order.accept({ sequence: 5, position: 21 * STEP }), 0);
  assert.equal(order.accept({ sequence: 7, position: 23 * STEP }), 1);
});

test('a clock that starts over is followed', () => {
  const order = new FrameOrder();
  order.accept({ sequence: 900, position: 3_600 * CLOCK_HZ });
  order.reconnected();
  assert.equal(order.accept({ sequence: 0, position: 0 }), 0);
  assert.equal(order.accept({ sequence: 1, position: STEP }), 0);
});
