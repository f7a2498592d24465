// Publishes a sound file with libwebrtc: `node wrtc_publisher.mjs URL KEY SOUND`.
// SOUND holds s16le mono 48 kHz; it is sent in real time, then the session is deleted.
// The offer also has a video section, as a camera application's would.
import { readFile } from "node:fs/promises";
import wrtc from "@roamhq/wrtc";

const RATE_HZ = 48_000;
const FRAME = RATE_HZ / 100;
const [url, key, soundPath] = process.argv.slice(2);
const file = await readFile(soundPath);
const sound = new Int16Array(file.buffer, file.byteOffset, file.length / 2);
const authorization = { Authorization: `Bearer ${key}` };

const source = new wrtc.nonstandard.RTCAudioSource();
const connection = new wrtc.RTCPeerConnection();
connection.addTransceiver(source.createTrack(), { direction: "sendonly" });
connection.addTransceiver("video", { direction: "sendonly" });
await connection.setLocalDescription(await connection.createOffer());

const reply = await fetch(url, {
  method: "POST",
  headers: { ...authorization, "Content-Type": "application/sdp", Accept: "application/sdp" },
  body: connection.localDescription.sdp,
});
if (reply.status !== 201) throw new Error(`${reply.status} ${await reply.text()}`);
const session = new URL(reply.headers.get("Location"), url);

// Trickle (RFC 9725 section 4.3.2): the offer went out before any candidate was known.
connection.onicecandidate = ({ candidate }) => {
  const line = candidate?.candidate ? `a=${candidate.candidate}` : "a=end-of-candidates";
  fetch(session, {
    method: "PATCH",
    headers: { "Content-Type": "application/trickle-ice-sdpfrag", "If-Match": reply.headers.get("ETag") },
    body: `m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:${candidate?.sdpMid ?? "0"}\r\n${line}\r\n`,
  }).then(({ status }) => console.log(`PATCH ${status}`));
};
const connected = new Promise((resolve, reject) => {
  connection.onconnectionstatechange = () => {
    if (connection.connectionState === "connected") resolve();
    if (connection.connectionState === "failed") reject(new Error("the connection failed"));
  };
});
await connection.setRemoteDescription({ type: "answer", sdp: await reply.text() });
await connected;

const started = performance.now();
for (let start = 0; start + FRAME <= sound.length; start += FRAME) {
  source.onData({
    samples: sound.slice(start, start + FRAME),
    sampleRate: RATE_HZ,
    bitsPerSample: 16,
    channelCount: 1,
    numberOfFrames: FRAME,
  });
  const due = started + ((start + FRAME) / RATE_HZ) * 1000;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
}
const { status } = await fetch(session, { method: "DELETE", headers: authorization });
console.log(`DELETE ${status}`);
connection.close();
process.exit(); // libwebrtc's threads would keep node alive
