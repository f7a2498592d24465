/** A WebRTC session that the server has ended, and answers that mean that it is full. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../listener_web/shared/api.js';

/** A session whose connection is in these states. */
async function session(connectionState, dtls) {
  const transport = dtls === null ? null : { state: dtls };
  globalThis.RTCPeerConnection = class {
    connectionState = connectionState;
    getTransceivers() {
      return dtls === undefined ? [] : [{ sender: { transport } }];
    }
  };
  const { WebRtcSession } = await import('../../listener_web/shared/webrtc-session.js');
  return new WebRtcSession();
}

test('a goodbye closes the session, though the browser still calls it connected', async () => {
  assert.equal((await session('connected', 'closed')).state, 'closed');
});

for (const dtls of [undefined, null, 'new', 'connecting', 'connected', 'failed']) {
  test(`without a goodbye (${dtls}) the connection says how it is`, async () => {
    for (const state of ['new', 'connecting', 'connected', 'disconnected', 'failed', 'closed']) {
      assert.equal((await session(state, dtls)).state, state);
    }
  });
}

test('a server that is full, and a network that has its share, make a queue', () => {
  const answer = (status, error) => new ApiError(status, error, 'message', 'hint');
  assert.ok(answer(503, 'server_full').full);
  assert.ok(answer(429, 'too_many_connections').full);
  assert.ok(!answer(503, 'stopping').full);
  assert.ok(!answer(0, 'unreachable').full);
  assert.ok(!answer(409, 'event_closed').full);
  assert.ok(answer(503, 'stopping').retryable && answer(429, 'too_many_joins').retryable);
});

test('an offer that tells no candidates does not wait for them', async () => {
  await session('new');
  const gathering = { iceGatheringState: 'gathering', addEventListener: () => assert.fail('it waits') };
  globalThis.RTCPeerConnection = class {
    localDescription = { sdp: 'offer' };
    async setLocalDescription() {}
    async setRemoteDescription({ sdp }) {
      this.answer = sdp;
    }
  };
  Object.assign(globalThis.RTCPeerConnection.prototype, gathering);
  const { WebRtcSession } = await import('../../listener_web/shared/webrtc-session.js');
  globalThis.fetch = async (_url, { body }) => {
    const answer = new Response(`answer to ${body}`, { status: 201, headers: { Location: '/whep/1' } });
    return Object.defineProperty(answer, 'url', { value: 'http://x/whep' });
  };
  const listener = new WebRtcSession({}, false);
  await listener.offer(new URL('http://x/whep'));
  assert.equal(listener.connection.answer, 'answer to offer');
});
