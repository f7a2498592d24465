// Plays a channel with libwebrtc and the `whip-whep` client: `node wrtc_player.mjs URL SECONDS SOUND`.
// SOUND gets what was heard as s16le mono at the rate that is printed; then the session is deleted.
import { writeFile } from "node:fs/promises";
import wrtc from "@roamhq/wrtc";
import { WHEPClient } from "whip-whep/whep.js";

const [url, seconds, soundPath] = process.argv.slice(2);
const connection = new wrtc.RTCPeerConnection();
connection.addTransceiver("audio", { direction: "recvonly" });
const track = new Promise((resolve) => {
  connection.ontrack = (event) => resolve(event.track);
});
const client = new WHEPClient();
await client.view(connection, url);

const blocks = [];
let [rate, samples] = [0, 0];
const sink = new wrtc.nonstandard.RTCAudioSink(await track);
await new Promise((resolve) => {
  sink.ondata = ({ samples: block, sampleRate, channelCount }) => {
    if (connection.connectionState !== "connected") return;
    if (sampleRate !== rate) [rate, blocks.length, samples] = [sampleRate, 0, 0];
    blocks.push(Int16Array.from({ length: block.length / channelCount }, (_, i) => block[i * channelCount]));
    samples += block.length / channelCount;
    if (samples >= seconds * sampleRate) resolve();
  };
});
sink.stop();
await writeFile(soundPath, Buffer.concat(blocks.map((block) => Buffer.from(block.buffer))));
console.log(rate);
await client.stop();
process.exit(); // libwebrtc's threads would keep node alive
